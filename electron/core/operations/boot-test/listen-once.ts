import net from 'node:net'

export interface OneConnection {
  readonly accepted: Promise<net.Socket>
  close(): void
}

/** A socket that qemu connects to: nothing that it says is lost, and nobody has to wait for a file to come. */
export async function listenOnce(file: string): Promise<OneConnection> {
  const server = net.createServer()
  let open: net.Socket | undefined
  const accepted = new Promise<net.Socket>((resolve) => {
    server.once('connection', (socket) => {
      open = socket
      socket.on('error', () => {})
      socket.pause()
      server.close()
      resolve(socket)
    })
  })
  await new Promise<void>((ready, failed) => {
    server.once('error', failed)
    server.listen(file, ready)
  })
  return {
    accepted,
    close: () => {
      server.close()
      open?.destroy()
    },
  }
}
