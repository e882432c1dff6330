import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { s3Keys, s3Layout, type S3Role } from '#shared/clouds/forms/s3-layout'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import type { UploadProgress, UploadRun } from '../cloud-provider.js'
import type { PayloadFile } from '../upload-source.js'
import { attributesOf, markOf, sendingOf, withFile } from './s3-content.js'
import { manifestOf, publishManifest, refuseOtherManifest } from './s3-manifest.js'
import { type Asking, headObject, MARK, patiently, place } from './s3-objects.js'
import { resultOf, type SentObject } from './s3-result.js'
import { sendObject } from './send-object.js'
import { taken } from './write-named.js'

const MIB = 1024 ** 2

interface NetbootFile {
  readonly role: S3Role
  readonly key: string
  readonly file: PayloadFile
  readonly sha256: string
  readonly md5: string
}

/** Root file system, kernel and initial RAM disk, and what names them all last. */
export async function sendNetboot(asking: Asking): Promise<UploadResult> {
  const { run } = asking
  const bucket = textOf(run.values, 'bucket')
  const keys = s3Keys(run.values, run.facts)
  const files = await run.step('hash', (progress) => hashFiles(run, keys, progress))
  const mark = await markOf(run)
  const manifestKey = keys.find(([role]) => role === 'manifest')?.[1] ?? ''
  const objects: SentObject[] = files.map(({ role, key, file, sha256 }) => ({ role, bucket, key, bytes: file.bytes, sha256 }))
  const manifest = { bucket, key: manifestKey, mark, replaces: flagOf(run.values, 'overwrite') }
  const manifestText = manifestOf(run, objects)
  await refuseOtherManifest(asking, manifest, manifestText)
  const wanted = await missingOf(asking, { files, bucket, mark, manifestKey })
  const total = files.reduce((sum, { file }) => sum + file.bytes, 0)
  const counts = { sent: 0 }
  const verified = await run.step('upload', async (progress) => {
    const sending = sendingOf(asking, progress, total, counts)
    let how: 'md5' | 'size' = 'md5'
    for (const { role, key, file, sha256 } of files) {
      await run.pausePoint()
      if (!wanted.has(key)) {
        run.message(`${key} is there already, with the same content`)
        sending.onBytes(file.bytes, false)
        continue
      }
      const attributes = attributesOf(run.values, { [MARK]: mark, sha256 })
      const replaces = flagOf(run.values, 'overwrite') && !isShared(run, role)
      const stored = await withFile(file, (content) => sendObject(sending, { bucket, key, mark, replaces, attributes, ...content }))
      if (stored.verified === 'size') how = 'size'
    }
    return how
  })
  await run.step('publish', () => publishManifest(asking, manifest, manifestText))
  return resultOf(asking, { objects, verified, sentBytes: counts.sent, manifestKey })
}

/** Reads each file once; what was read before a break is known by what tells a file from a changed one. */
async function hashFiles(run: UploadRun, keys: readonly (readonly [S3Role, string])[], progress: UploadProgress): Promise<NetbootFile[]> {
  const found: { role: S3Role; key: string; file: PayloadFile }[] = []
  for (const [role, key] of keys) {
    if (role === 'manifest') continue
    const file = role === 'rootfs' ? await run.source.file() : await run.source.other(textOf(run.values, role))
    const before = run.journal.get<string>(`s3 file ${role}`) ?? file.identity
    if (before !== file.identity) throw new AppError('image-changed', { details: { path: file.path } })
    await run.journal.put(`s3 file ${role}`, file.identity)
    found.push({ role, key, file })
  }
  const total = found.reduce((sum, { file }) => sum + file.bytes, 0)
  const files: NetbootFile[] = []
  let done = 0
  for (const one of found) {
    const { path, identity } = one.file
    const known = run.journal.get<{ sha256: string; md5: string }>(`s3 hash ${identity}`)
    const digests = known ?? (await digestsOf(path, (bytes) => progress.bytes((done += bytes), total), run))
    if (known !== undefined) progress.bytes((done += one.file.bytes), total)
    else await run.journal.put(`s3 hash ${identity}`, digests)
    files.push({ ...one, ...digests })
  }
  return files
}

async function digestsOf(path: string, onBytes: (bytes: number) => void, run: UploadRun): Promise<{ sha256: string; md5: string }> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')]
  for await (const piece of createReadStream(path, { highWaterMark: MIB })) {
    await run.pausePoint()
    sha256.update(piece as Buffer)
    md5.update(piece as Buffer)
    onBytes((piece as Buffer).length)
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') }
}

interface NetbootOrder {
  readonly files: readonly NetbootFile[]
  readonly bucket: string
  readonly mark: string
  readonly manifestKey: string
}

/**
 * Which objects have to be sent. One with the same content stays as it is; another one is replaced only if the user says so, and a kernel
 * that other tags boot from never. Before anything is replaced the manifest goes, so that it never names what is half there.
 */
async function missingOf(asking: Asking, { files, bucket, mark, manifestKey }: NetbootOrder): Promise<ReadonlySet<string>> {
  const { run } = asking
  const wanted = new Set<string>()
  let replaces = false
  for (const { role, key, file, sha256, md5 } of files) {
    const there = await headObject(asking, { bucket, key })
    const isSame = there !== null && there.bytes === file.bytes && (there.sha256 === sha256 || there.etag === md5)
    if (isSame) continue
    wanted.add(key)
    if (there === null || there.mark === mark) continue
    if (isShared(run, role))
      throw taken(asking, key, 'Other tags boot from it. Choose another prefix, or the layout with a folder per tag.')
    if (!flagOf(run.values, 'overwrite')) throw taken(asking, key, 'Choose another tag, or have it replaced.')
    replaces = true
  }
  if (replaces) {
    await patiently(asking, `replace ${manifestKey}`, (client, options) =>
      client.send(new DeleteObjectCommand(place({ bucket, key: manifestKey })), options),
    )
  }
  return wanted
}

/** Other tags boot from it, too. */
function isShared({ values, facts }: UploadRun, role: S3Role): boolean {
  return role !== 'rootfs' && s3Layout(values, facts) === 'kernels'
}
