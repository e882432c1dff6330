import type { AnsweredRequest, MetadataPlan } from './metadata/metadata-server.js'
import { MetadataServer } from './metadata/metadata-server.js'
import { listenOnce } from './listen-once.js'
import { FrameStream } from './network/frame-stream.js'
import { GuestNetwork } from './network/guest-network.js'

export interface GuestLinkOptions {
  readonly sockets: { readonly guest: string; readonly network: string }
  readonly plan: Pick<MetadataPlan, 'addresses' | 'names' | 'respond'>
  /** Nothing leads to a real network. */
  readonly isolated: boolean
  readonly onAnswer: (answered: AnsweredRequest) => void
}

/** Stands between the network card of a guest and qemu's own network, and answers for the platform's metadata service. */
export async function openGuestLink({ sockets, plan, isolated, onAnswer }: GuestLinkOptions): Promise<{ close(): void }> {
  const [guest, far] = await Promise.all([listenOnce(sockets.guest), listenOnce(sockets.network)])
  const server = plan.respond && new MetadataServer(plan.respond, onAnswer)
  let network: GuestNetwork | undefined
  void Promise.all([guest.accepted, far.accepted]).then(([guestSocket, farSocket]) => {
    const made: GuestNetwork = new GuestNetwork({
      addresses: plan.addresses,
      names: plan.names,
      isolated,
      toGuest: (frame) => toGuest.send(frame),
      toNetwork: (frame) => toNetwork.send(frame),
      onConnection: (connection, address) => (server ? server.connect(connection, address) : connection.destroy()),
    })
    const toGuest = new FrameStream(guestSocket, (frame) => made.fromGuest(frame))
    const toNetwork = new FrameStream(farSocket, (frame) => toGuest.send(frame))
    network = made
  })
  return {
    close: () => {
      network?.close()
      guest.close()
      far.close()
    },
  }
}
