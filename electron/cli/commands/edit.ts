import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { type Command, UsageError } from '../command.js'
import { checkSaveOptions, SAVE_OPTIONS, saveEdits } from '../save-options.js'

export const editCommand: Command = {
  name: 'edit',
  summary: 'Add, replace, rename and remove files in an image',
  positionals: 'IMAGE',
  needs: '-o OUT|--in-place',
  counts: { min: 1, max: 1 },
  options: {
    put: {
      type: 'string',
      multiple: true,
      value: 'GUEST=HOST',
      help: 'Give the file GUEST the content of HOST; made where it is not there',
    },
    rm: { type: 'string', multiple: true, value: 'GUEST', help: 'Remove a file, or a folder with all in it' },
    mv: { type: 'string', multiple: true, value: 'OLD=NEW', help: 'Rename or move within a file system' },
    mkdir: { type: 'string', multiple: true, value: 'GUEST', help: 'Make a folder, and those above it' },
    chmod: { type: 'string', multiple: true, value: 'MODE=GUEST', help: 'Set permission bits, octal' },
    chown: { type: 'string', multiple: true, value: 'UID:GID=GUEST', help: 'Set the owner, by number' },
    partition: { type: 'string', short: 'p', value: 'N', help: 'Paths are in this partition (default: in the tree of the system)' },
    ...SAVE_OPTIONS,
  },
  examples: [
    'diskwright edit disk.qcow2 --put /etc/motd=motd.txt --rm /etc/nologin -o new.qcow2',
    'diskwright edit disk.qcow2 --put /etc/sudoers.d/me=me --chmod 0440=/etc/sudoers.d/me --in-place',
    'diskwright edit disk.qcow2 --partition 1 --mv /EFI/old=/EFI/new --dry-run',
  ],
  async run(input, context) {
    const source = path.resolve(input.positionals[0] ?? '')
    const partition = partitionOf(input.text('partition'))
    const edits = input.ordered.flatMap(({ name, value }) => toEdit(name, value, partition))
    if (edits.length === 0) throw new UsageError('nothing to change: give --put, --rm, --mv, --mkdir, --chmod or --chown')
    checkSaveOptions(input)
    return saveEdits(context, input, source, edits)
  },
}

function partitionOf(text: string | undefined): { partition?: number } {
  if (text === undefined) return {}
  if (!/^\d{1,3}$/.test(text)) throw new UsageError(`--partition takes a number, not ${text}`)
  return { partition: Number(text) }
}

function toEdit(option: string, value: string, partition: { partition?: number }): Edit[] {
  const pair = (): [string, string] => {
    const cut = value.indexOf('=')
    if (cut < 1 || cut === value.length - 1) throw new UsageError(`--${option} takes two parts with = between them, not ${value}`)
    return [value.slice(0, cut), value.slice(cut + 1)]
  }
  switch (option) {
    case 'put': {
      const [guest, host] = pair()
      return [{ kind: 'write-file', ...partition, path: guestPath(guest), content: { hostFile: path.resolve(host) } }]
    }
    case 'rm':
      return [{ kind: 'remove-file', ...partition, path: guestPath(value) }]
    case 'mv': {
      const [from, to] = pair()
      return [{ kind: 'rename-file', ...partition, path: guestPath(from), to: guestPath(to) }]
    }
    case 'mkdir':
      return [{ kind: 'make-folder', ...partition, path: guestPath(value) }]
    case 'chmod': {
      const [mode, guest] = pair()
      if (!/^[0-7]{3,4}$/.test(mode)) throw new UsageError(`--chmod takes an octal mode, not ${mode}`)
      return [{ kind: 'set-attributes', ...partition, path: guestPath(guest), mode: Number.parseInt(mode, 8) }]
    }
    case 'chown': {
      const [owner, guest] = pair()
      const ids = /^(\d{1,10}):(\d{1,10})$/.exec(owner)
      if (!ids) throw new UsageError(`--chown takes UID:GID in numbers, not ${owner}`)
      return [{ kind: 'set-attributes', ...partition, path: guestPath(guest), uid: Number(ids[1]), gid: Number(ids[2]) }]
    }
    default:
      return []
  }
}

function guestPath(text: string): string {
  if (!text.startsWith('/')) throw new UsageError(`a path in the image is absolute: /${text}`)
  return text
}
