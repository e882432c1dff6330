import { expect, test, vi } from 'vitest'

const answer = vi.hoisted(() => ({ filePath: '' }))
vi.mock('electron', () => ({
  BrowserWindow: { getAllWindows: () => [] },
  dialog: { showSaveDialog: async () => ({ canceled: false, filePath: answer.filePath }) },
}))
const { chooseContainerDestination } = await import('./container-dialogs.js')

const choose = (file: string) => {
  answer.filePath = file
  return chooseContainerDestination(() => null, { suggested: 'disk.tar', transport: 'oci-archive' })
}

test('a path that a reference would name another file by is refused: the user agreed to that one alone', async () => {
  expect(await choose('/nonexistent/disk image.tar')).toEqual({ reference: 'oci-archive:/nonexistent/disk image.tar', replace: false })
  for (const odd of ['/nonexistent/disk.tar:v1', '/nonexistent/a:b/disk.tar', '/nonexistent/disk.tar ', '/nonexistent/disk\n.tar'])
    await expect(choose(odd)).rejects.toMatchObject({ code: 'bad-input' })
})
