import { shellWord } from '#shared/text/shell-quote'
import type { EngineContent, EngineOperation, FileOperation } from '../guest/engine.js'

export interface ScriptRequest {
  readonly source: string
  /** qemu-img's names of formats. */
  readonly sourceFormat: string
  readonly output: string
  readonly outputFormat: string
  readonly table: 'gpt' | 'mbr' | 'none'
  readonly operations: readonly EngineOperation[]
  /** Virtual sizes in bytes: as it is, what the operations need, and that of the result. Null or not given: it keeps its size. */
  readonly sizes?: { readonly before: number; readonly most: number; readonly last: number } | null
}

/**
 * The same work as a shell script of qemu-img and guestfish: for people who want to read it, or to run it where Diskwright is not.
 * Unlike Diskwright it verifies nothing. guestfish(1), "QUOTING"; the commands are those of guestfs(3).
 */
export function shellScript(request: ScriptRequest): string {
  const contents: EngineContent[] = []
  const commands = guestfishCommands(request, contents)
  return `${[
    '#!/bin/sh',
    '# What Diskwright would do, with qemu-img and guestfish. The source is not changed; nothing is verified.',
    'set -eu',
    `source=\${1:-${shellWord(request.source)}}`,
    `output=\${2:-${shellWord(request.output)}}`,
    'case $source in /*) ;; *) source=$PWD/$source ;; esac',
    'case $output in /*) ;; *) output=$PWD/$output ;; esac',
    'work=$(mktemp -d)',
    `trap 'rm -rf "$work"' EXIT`,
    'cd "$work"',
    `qemu-img create -q -f qcow2 -F ${request.sourceFormat} -b "$source" overlay.qcow2${request.sizes && request.sizes.most !== request.sizes.before ? ` ${request.sizes.most}` : ''}`,
    ...contents.flatMap(contentLines),
    `guestfish --format=qcow2 -a overlay.qcow2 <<'END'`,
    'run',
    ...commands,
    'END',
    ...(request.sizes && request.sizes.last < request.sizes.most ? shrinkLines(request.sizes.last, request.table) : []),
    `qemu-img convert -f qcow2 -O ${request.outputFormat} overlay.qcow2 "$output"`,
  ].join('\n')}\n`
}

/** sfdisk does not find a GPT that says that the disk is larger than it is: the backup takes two steps. */
function shrinkLines(bytes: number, table: ScriptRequest['table']): string[] {
  if (table !== 'gpt') return [`qemu-img resize -q --shrink -f qcow2 overlay.qcow2 ${bytes}`]
  return [
    'qemu-img convert -f qcow2 -O raw overlay.qcow2 disk.raw',
    'sfdisk --quiet --relocate gpt-bak-mini disk.raw',
    `truncate -s ${bytes} disk.raw`,
    'sfdisk --quiet --relocate gpt-bak-std disk.raw',
    'qemu-img convert -f raw -O qcow2 disk.raw overlay.qcow2',
  ]
}

function contentLines(content: EngineContent, index: number): string[] {
  const file = `content-${index + 1}`
  if ('hostFile' in content) return [`cp -- ${shellWord(content.hostFile)} ${file}`]
  const text = Buffer.from(content)
  const lines = text.toString('base64').match(/.{1,120}/g) ?? []
  return [`base64 -d >${file} <<'END'`, ...lines, 'END']
}

function guestfishCommands({ operations, table }: ScriptRequest, contents: EngineContent[]): string[] {
  const lines: string[] = []
  let mounted: number | null = null
  for (const operation of operations) {
    if (!('path' in operation)) continue
    if (operation.partition !== mounted) {
      if (mounted !== null) lines.push('umount-all')
      const options = operation.filesystem === 'vfat' ? 'noatime,utf8=1' : 'noatime'
      lines.push(`mount-vfs ${options} ${operation.filesystem} ${device(operation.partition)} /`)
      mounted = operation.partition
    }
    lines.push(...fileCommands(operation, contents))
  }
  if (mounted !== null) lines.push('umount-all')
  return [...lines, ...operations.flatMap((operation) => ('path' in operation ? [] : diskCommands(operation, table)))]
}

function fileCommands(operation: FileOperation, contents: EngineContent[]): string[] {
  const file = guestfishQuote(operation.path)
  const upload = (content: EngineContent): string => `upload content-${contents.push(content)} ${file}`
  const unix = operation.filesystem !== 'vfat'
  switch (operation.kind) {
    case 'rewrite-file':
      return [upload(operation.content)]
    case 'create-file':
      return [upload(operation.content), ...(unix ? attributeCommands(file, operation) : [])]
    case 'make-folder':
      return [`mkdir ${file}`, ...(unix ? attributeCommands(file, operation) : [])]
    case 'make-link':
      return [`ln-s ${guestfishQuote(operation.target)} ${file}`]
    case 'remove':
      return [`${operation.recursive ? 'rm-rf' : 'rm'} ${file}`]
    case 'rename':
      return [`mv ${file} ${guestfishQuote(operation.to)}`]
    case 'set-attributes':
      return attributeCommands(file, operation)
  }
}

function attributeCommands(
  file: string,
  change: { readonly mode: number | null; readonly uid: number | null; readonly gid: number | null },
): string[] {
  const { mode, uid, gid } = change
  // guestfs_chown: -1 leaves one as it is.
  return [
    ...(uid === null && gid === null ? [] : [`chown ${uid ?? -1} ${gid ?? -1} ${file}`]),
    ...(mode === null ? [] : [`chmod 0${mode.toString(8)} ${file}`]),
  ]
}

function diskCommands(operation: Exclude<EngineOperation, FileOperation>, table: ScriptRequest['table']): string[] {
  switch (operation.kind) {
    case 'move-backup-gpt':
      return ['part-expand-gpt /dev/sda']
    case 'set-partition-type':
      return table === 'gpt'
        ? [`part-set-gpt-type /dev/sda ${operation.partition} ${operation.type}`]
        : [`part-set-mbr-id /dev/sda ${operation.partition} 0x${operation.type}`]
    case 'set-filesystem-uuid':
      return operation.filesystem === 'vfat'
        ? [`# guestfish cannot set the volume id of a FAT; Diskwright sets ${operation.uuid} on ${device(operation.partition)}`]
        : [`set-uuid ${device(operation.partition)} ${operation.uuid}`]
  }
}

function device(partition: number): string {
  return partition === 0 ? '/dev/sda' : `/dev/sda${partition}`
}

/** Names can hold anything; what is no plain character is written as `\xHH` of its UTF-8 bytes. */
export function guestfishQuote(text: string): string {
  const plain = /^[\w ./:@%+,=~-]$/
  const escaped = [...Buffer.from(text, 'utf8')].map((byte) => {
    const char = String.fromCharCode(byte)
    return byte < 0x80 && plain.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `"${escaped.join('')}"`
}
