import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { explainQemuError } from '#shared/errors/explain-qemu'
import { imageName } from '#shared/images/block-node'
import { buildConvertArgs } from '#shared/images/conversion'
import { convertImage } from '../../tools/qemu-img/convert.js'
import { withPartPatch } from './part-patch.js'
import type { PackRequest } from './packer.js'

/**
 * Writes the disk as qcow2 into the part file, from `offset` to its end: no second copy of it is ever on the disk. qemu-img makes an empty
 * image of a few clusters, which is copied to its place, and then converts into that place through its raw driver (qemu-img(1), `-n`,
 * `--target-image-opts`). `--target-is-zero` keeps it from writing zeros over what is new and empty.
 *
 * @param onProgress fraction 0..1
 * @returns bytes of the qcow2
 * @throws AppError `no-space`, `bad-input` …
 */
export async function writeQcow2InPlace(request: PackRequest, offset: number, onProgress: (fraction: number) => void): Promise<number> {
  const { ctx, input, part, source, workDir } = request
  const args = buildConvertArgs({
    sourceDriver: source.node.driver,
    source: imageName(source.node),
    format: 'qcow2',
    subformat: input.subformat,
    options: input.options,
    output: part,
    targetCache: 'unsafe',
  })
  const empty = path.join(workDir, 'empty.qcow2')
  await createEmpty(request, empty, optionsOf(args))
  await withPartPatch(part, ctx.signal, async (patch) => {
    let at = offset
    for await (const chunk of createReadStream(empty) as AsyncIterable<Buffer>) {
      await patch.write(chunk, at)
      at += chunk.length
    }
  })
  await fs.rm(empty)
  const access = { read: source.files, write: [part] }
  await convertImage(ctx.host, { args: intoPlace(args, imageName(source.node), part, offset), access, path: part }, onProgress)
  return (await fs.stat(part)).size - offset
}

async function createEmpty({ ctx, source, workDir }: PackRequest, file: string, options: string | null): Promise<void> {
  const chosen = options === null ? [] : ['-o', options]
  try {
    await ctx.host.run('qemu-img', ['create', '-q', '-f', 'qcow2', ...chosen, file, String(source.virtualBytes)], {
      access: { write: [workDir] },
    })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: file })
  }
}

function optionsOf(args: readonly string[]): string | null {
  const at = args.indexOf('-o')
  return at < 0 ? null : (args[at + 1] ?? null)
}

/** A prepared command line whose target is a place in a file instead of a file. */
function intoPlace(args: readonly string[], source: string, part: string, offset: number): string[] {
  const target = `driver=qcow2,file.driver=raw,file.offset=${offset},file.file.driver=file,file.file.filename=${part.replaceAll(',', ',,')}`
  return [...args.slice(0, args.indexOf('-O')), '-n', '--target-is-zero', '--target-image-opts', source, target]
}
