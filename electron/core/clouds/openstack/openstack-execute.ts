import { randomUUID } from 'node:crypto'
import { cloudWords } from '#shared/clouds/forms/openstack-form'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import { shellLine } from '#shared/text/shell-quote'
import type { UploadRun } from '../cloud-provider.js'
import { SignInGate } from '../transfer/sign-in-gate.js'
import { type Asking, type GlanceImage, makeImage, readImage, setProtected, untilActive } from './glance-image.js'
import { openOpenStack } from './openstack-session.js'
import { type Digests, requireSame, sendContent, withContent } from './send-image.js'

/** Makes an image of what the form says, or goes on with it. */
export async function executeOpenStack(run: UploadRun): Promise<UploadResult> {
  const session = await openOpenStack(run, run.values)
  const gate = new SignInGate(async (error) => {
    run.phase('needs sign-in')
    await run.signInNeeded(error)
    session.signOut()
    run.phase('uploading')
  })
  const asking: Asking = { run, session, through: (request) => gate.through(request) }
  try {
    return await storeImage(asking)
  } finally {
    await session.close()
  }
}

async function storeImage(asking: Asking): Promise<UploadResult> {
  const { run, session, through } = asking
  const name = textOf(run.values, 'name')
  const isImport = textOf(run.values, 'method') === 'import'
  run.phase('uploading')
  const id = await run.step('create', async () => {
    const known = run.journal.get<string>('openstack image') ?? randomUUID()
    await run.journal.put('openstack image', known)
    // Whoever may not even ask has made nothing that could be left there.
    if ((await readImage(asking, known)) !== null) return known
    await run.journal.created({ kind: 'image', id: known, label: `image ${name}`, keepOnSuccess: true })
    await makeImage(asking, known)
    return known
  })
  const { digests, sentBytes, bytes } = await run.step('upload', (progress) =>
    withContent(run, async (content) => {
      await requireSame(run, content)
      const sent = await sendContent(asking, id, content, isImport ? 'stage' : 'file', progress)
      return { ...sent, bytes: content.bytes }
    }),
  )
  run.phase('importing')
  await run.step('import', async () => {
    if (isImport) await beginImport(asking, id)
    await untilActive(asking, id)
  })
  const verified = await run.step('verify', async () => {
    const image = await readImage(asking, id)
    const how = compare(image, digests, bytes)
    if (flagOf(run.values, 'protected')) await through(() => setProtected(session, id, true))
    return how
  })
  run.phase('ready')
  return {
    resources: [{ kind: 'image', id, name, url: null }],
    verified,
    next: nextSteps(run, id),
    temporary: [],
    sentBytes,
    skippedBytes: 0,
  }
}

async function beginImport(asking: Asking, id: string): Promise<void> {
  const { session, through } = asking
  const image = await readImage(asking, id)
  if (image === null || image.status === 'active' || image.status === 'importing') return
  await through(() =>
    session.askPatiently({
      method: 'POST',
      path: `images/${id}/import`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ method: { name: 'glance-direct' } }),
      what: 'import the image',
      field: 'method',
      // A first answer may have got lost.
      okStatuses: [202, 409],
    }),
  )
}

/** An import may change what is stored, so that only what the service says of its own copy can be compared after a PUT. */
function compare(image: GlanceImage | null, digests: Digests, bytes: number): UploadResult['verified'] {
  const service = 'Glance'
  if (image === null) throw new AppError('upload-mismatch', { details: { service, what: 'the image', reason: 'It is not there any more' } })
  const { os_hash_algo: algorithm, os_hash_value: value, checksum, size } = image
  const mismatch = (what: string, theirs: string, ours: string): AppError =>
    new AppError('upload-mismatch', {
      details: { service, what: 'the image', reason: `Its ${what} there is ${theirs}, and ${ours} by what was sent` },
    })
  if (algorithm === 'sha512' && value !== null) {
    if (value !== digests.sha512) throw mismatch('sha512', value, digests.sha512)
    return 'sha512'
  }
  if (checksum !== null) {
    if (checksum !== digests.md5) throw mismatch('md5', checksum, digests.md5)
    return 'md5'
  }
  if (size !== null && size !== bytes) throw mismatch('size', String(size), String(bytes))
  return size === null ? 'none' : 'size'
}

function nextSteps({ values }: UploadRun, id: string): UploadResult['next'] {
  const openstack = cloudWords(values)
  return [
    {
      title: 'Start a machine of it',
      command: shellLine([...openstack, 'server', 'create', '--image', id, '--flavor', 'FLAVOR', '--network', 'NETWORK', 'NAME']),
      url: null,
    },
    { title: 'Show it', command: shellLine([...openstack, 'image', 'show', id]), url: null },
  ]
}
