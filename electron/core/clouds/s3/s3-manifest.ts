import { createHash } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { textOf } from '#shared/clouds/read-values'
import { toAppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'
import { attributesOf } from './s3-content.js'
import { type Asking, MARK, patiently, place } from './s3-objects.js'
import type { SentObject } from './s3-result.js'
import { type NamedObject, taken, writeNamed } from './write-named.js'

/**
 * The last object of a network boot image: while it is there, everything that it names is there as well. Names are relative to the bucket.
 */
export function manifestOf({ values, facts }: Pick<UploadRun, 'values' | 'facts'>, objects: readonly SentObject[]): string {
  const manifest = {
    version: 1,
    name: textOf(values, 'imageName'),
    tag: textOf(values, 'tag'),
    os: { id: textOf(values, 'osId'), version: textOf(values, 'osVersion') },
    architecture: facts.architecture,
    kernelVersion: textOf(values, 'kernelVersion'),
    cmdline: textOf(values, 'cmdline'),
    files: Object.fromEntries(objects.map(({ role, key, bytes, sha256 }) => [role, { key, bytes, sha256 }])),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Before anything is sent: files that are the same there may be named with other kernel arguments. Throws `cloud-conflict`. */
export async function refuseOtherManifest(asking: Asking, object: NamedObject, text: string): Promise<void> {
  if (object.replaces) return
  const there = await storedText(asking, object)
  if (there !== null && there !== text) throw taken(asking, object.key, 'Choose another tag, or have it replaced.')
}

/** Writes it. One that says the same stays as it is; another one is replaced only if the user says so. Throws `cloud-conflict`. */
export async function publishManifest(asking: Asking, object: NamedObject, text: string): Promise<void> {
  const { run } = asking
  if (!object.replaces && (await storedText(asking, object)) === text) return
  const body = Buffer.from(text)
  await writeNamed(asking, object, (condition) =>
    patiently(asking, `write ${object.key}`, (client, options) =>
      client.send(
        new PutObjectCommand({
          ...place(object),
          ...attributesOf(run.values, { [MARK]: object.mark }, 'application/json'),
          ...condition,
          Body: body,
          ContentMD5: createHash('md5').update(body).digest('base64'),
        }),
        options,
      ),
    ),
  )
}

async function storedText(asking: Asking, object: NamedObject): Promise<string | null> {
  try {
    return await patiently(asking, `read ${object.key}`, async (client, options) => {
      const { Body } = await client.send(new GetObjectCommand(place(object)), options)
      return (await Body?.transformToString()) ?? null
    })
  } catch (thrown) {
    if (toAppError(thrown).code === 'cloud-not-found') return null
    throw thrown
  }
}
