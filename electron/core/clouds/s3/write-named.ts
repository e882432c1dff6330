import { AppError, toAppError } from '#shared/errors/app-error'
import type { S3Access } from './s3-client.js'
import { type Asking, headObject } from './s3-objects.js'

/** An object that gets its name by one request. */
export interface NamedObject {
  readonly bucket: string
  readonly key: string
  /** Names this upload, so that an object can be told from one that others made. */
  readonly mark: string
  /** Whether what others have under the name may be replaced. */
  readonly replaces: boolean
}

/** "How to prevent object overwrites with conditional writes" of the Amazon S3 user guide. */
export type WriteCondition = { readonly IfNoneMatch?: '*' }

/**
 * Writes an object, or joins its parts. One that may replace nothing is written on the condition that its name is free, where the service knows
 * such conditions. Not all do, and some take no notice of it: that the name is free is looked at before as well. Throws `cloud-conflict` when others have it.
 */
export async function writeNamed(
  asking: Asking,
  object: NamedObject,
  write: (condition: WriteCondition) => Promise<unknown>,
): Promise<void> {
  if (object.replaces) {
    await expectObject(asking, object)
    await write({})
    return
  }
  const there = await headObject(asking, object)
  if (there !== null && there.mark !== object.mark) throw taken(asking, object.key)
  await expectObject(asking, object)
  try {
    await write({ IfNoneMatch: '*' })
  } catch (thrown) {
    const { code, data } = toAppError(thrown)
    if (code === 'cloud-conflict') {
      // The answer to a first try may have got lost.
      if (await isOurs(asking, object)) return
      throw taken(asking, object.key)
    }
    if (data.details.status !== NOT_IMPLEMENTED) throw thrown
    await write({})
  }
}

const NOT_IMPLEMENTED = 501

export async function isOurs(asking: Asking, object: NamedObject): Promise<boolean> {
  const head = await headObject(asking, object)
  return head?.mark === object.mark
}

export function taken(
  { access }: { readonly access: S3Access },
  key: string,
  next = 'Choose another name, or have it replaced.',
): AppError {
  return new AppError('cloud-conflict', { details: { service: access.service, what: `The name ${key}`, field: 'key', next } })
}

/** From now on there may be an object of ours. */
function expectObject({ run }: Asking, { bucket, key, mark }: NamedObject): Promise<void> {
  return run.journal.created({
    kind: 'object',
    id: `${bucket}/${key}`,
    label: `object ${key} in bucket ${bucket}`,
    keepOnSuccess: true,
    facts: { bucket, key, mark },
  })
}
