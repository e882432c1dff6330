import { shellWord } from '#shared/text/shell-quote'
import type { EngineContent, EngineOperation, FileOperation, GrowFilesystem, ResizePartition } from '../guest/engine.js'

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
  const { sizes, table } = request
  const isCut = sizes ? sizes.last < sizes.most : false
  // sfdisk takes raw disks, and is needed where guestfish has nothing that leaves an MBR's signature alone.
  const isRaw = request.operations.some(({ kind }) => kind === 'resize-partition') || (isCut && table === 'gpt')
  const disk: ScriptDisk = isRaw ? { file: 'disk.raw', format: 'raw' } : { file: 'overlay.qcow2', format: 'qcow2' }
  const pieces = guestfishPieces(request, contents)
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
    ...openLines(request, disk),
    ...contents.flatMap(contentLines),
    ...pieces.flatMap((piece) => pieceLines(piece, disk)),
    ...(sizes && isCut ? cutLines(sizes.last, table, disk) : []),
    `qemu-img convert -f ${disk.format} -O ${request.outputFormat} ${disk.file} "$output"`,
  ].join('\n')}\n`
}

interface ScriptDisk {
  readonly file: string
  readonly format: 'raw' | 'qcow2'
}

function openLines({ sourceFormat, sizes }: ScriptRequest, { file, format }: ScriptDisk): string[] {
  const size = sizes && sizes.most !== sizes.before ? sizes.most : null
  if (format === 'qcow2') return [`qemu-img create -q -f qcow2 -F ${sourceFormat} -b "$source" ${file}${size === null ? '' : ` ${size}`}`]
  return [`qemu-img convert -f ${sourceFormat} -O raw "$source" ${file}`, ...(size === null ? [] : [`truncate -s ${size} ${file}`])]
}

/** Commands of one call of guestfish, or a line of shell between two of them. */
type Piece = { readonly commands: readonly string[] } | { readonly line: string }

function pieceLines(piece: Piece, { file, format }: ScriptDisk): string[] {
  if ('line' in piece) return [`${piece.line} ${file}`]
  return [`guestfish --format=${format} -a ${file} <<'END'`, 'run', ...piece.commands, 'END']
}

function guestfishPieces(request: ScriptRequest, contents: EngineContent[]): Piece[] {
  const pieces: Piece[] = []
  let commands = fileLines(request, contents)
  for (const operation of request.operations) {
    if ('path' in operation) continue
    if (operation.kind !== 'resize-partition') {
      commands = [...commands, ...diskCommands(operation, request.table)]
      continue
    }
    if (commands.length > 0) pieces.push({ commands })
    commands = []
    pieces.push({ line: `echo size=${operation.sizeBytes / 512} | sfdisk --quiet -N ${operation.partition}` })
  }
  return commands.length > 0 ? [...pieces, { commands }] : pieces
}

/** sfdisk does not find a GPT that says that the disk is larger than it is: the backup takes two steps. */
function cutLines(bytes: number, table: ScriptRequest['table'], { file, format }: ScriptDisk): string[] {
  if (format === 'qcow2') return [`qemu-img resize -q --shrink -f qcow2 ${file} ${bytes}`]
  const cut = `truncate -s ${bytes} ${file}`
  if (table !== 'gpt') return [cut]
  return [`sfdisk --quiet --relocate gpt-bak-mini ${file}`, cut, `sfdisk --quiet --relocate gpt-bak-std ${file}`]
}

function contentLines(content: EngineContent, index: number): string[] {
  const file = `content-${index + 1}`
  if ('hostFile' in content) return [`cp -- ${shellWord(content.hostFile)} ${file}`]
  const text = Buffer.from(content)
  const lines = text.toString('base64').match(/.{1,120}/g) ?? []
  return [`base64 -d >${file} <<'END'`, ...lines, 'END']
}

function fileLines({ operations }: ScriptRequest, contents: EngineContent[]): string[] {
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
  return mounted === null ? lines : [...lines, 'umount-all']
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

function diskCommands(operation: Exclude<EngineOperation, FileOperation | ResizePartition>, table: ScriptRequest['table']): string[] {
  switch (operation.kind) {
    case 'move-backup-gpt':
      return ['part-expand-gpt /dev/sda']
    case 'grow-filesystem':
      return growCommands(operation)
    case 'shrink-filesystem':
      return operation.filesystem === 'btrfs'
        ? [`mount ${device(operation.partition)} /`, `btrfs-filesystem-resize / size:${operation.bytes}`, 'umount-all']
        : [`e2fsck ${device(operation.partition)} correct:true`, `resize2fs-size ${device(operation.partition)} ${operation.bytes}`]
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

function growCommands({ partition, filesystem }: GrowFilesystem): string[] {
  const place = device(partition)
  if (filesystem === 'swap') return [`mkswap ${place}`, '# Diskwright keeps the label and the UUID of the swap space']
  if (filesystem.startsWith('ext')) return [`e2fsck ${place} correct:true`, `resize2fs ${place}`]
  return [`mount ${place} /`, filesystem === 'xfs' ? 'xfs-growfs /' : 'btrfs-filesystem-resize /', 'umount-all']
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
