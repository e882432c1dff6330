import { createHash } from 'node:crypto'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'
import { pollUntil } from '../transfer/poll-until.js'
import type { Vsphere } from './connect.js'
import type { LibraryApi, LibraryInfo } from './library-api.js'
import { type Ova, type OvaMember, ovaOf, streamMember } from './ova-members.js'
import { datastoreOf } from './places.js'
import type { SignInGate } from '../transfer/sign-in-gate.js'
import { sendFile } from './send-file.js'

/** A session of a content library dies after minutes without a sign of life, however long the file takes (govmomi, issue 1832). */
const KEEP_ALIVE_MS = 60_000
const IMPORT_TIMEOUT_MS = 60 * 60_000

/** Makes an item of a content library out of an OVA. After a break the item is there and its files are sent anew: the library takes no halves. */
export async function uploadToLibrary(run: UploadRun, gate: SignInGate, { vim, libraries }: Vsphere): Promise<UploadResult> {
  const { values, journal } = run
  const ova = await ovaOf(run)
  const name = textOf(values, 'name')
  const libraryName = textOf(values, 'library')
  const libraryLabel = `content library ${libraryName}`

  const item = await run.step('prepare', async () => {
    const known = journal.get<string>('item')
    if (known !== undefined) return known
    const library = await findOrMakeLibrary()
    const begun = journal.get<string>('itemToken')
    const token = begun ?? crypto.randomUUID()
    const taken = await libraries.findItem(library, name)
    if (taken !== null && !(await isOurItem(libraries, taken, begun ?? ''))) {
      throw new AppError('cloud-conflict', {
        details: { service: 'vSphere', what: `The name ${name} in the library ${libraryName}`, field: 'name' },
      })
    }
    const label = `item ${name} of the library ${libraryName}`
    await journal.put('itemToken', token)
    // Its id is known only afterwards: until then it is found by its name.
    await journal.created({ kind: 'named-item', id: name, label, keepOnSuccess: false, facts: { library, token } })
    const made = taken ?? (await libraries.createItem(library, name, `${ITEM_WORDS} ${token}`, token))
    await journal.created({ kind: 'library-item', id: made, label, keepOnSuccess: true })
    await journal.forget('named-item', name)
    await journal.put('item', made)
    return made
  })

  const session = await run.step('send', async (progress) => {
    run.phase('uploading')
    const before = journal.get<string>('session')
    if (before !== undefined) await libraries.cancel(before).catch(() => {})
    const made = await libraries.startUpdate(item)
    await journal.put('session', made)
    const members = [ova.descriptor, ...ova.files]
    const total = members.reduce((sum, { bytes }) => sum + bytes, 0)
    let done = 0
    const alive = setInterval(
      () => void libraries.keepAlive(made).catch((thrown: unknown) => run.log(`keep-alive: ${String(thrown)}`)),
      KEEP_ALIVE_MS,
    )
    try {
      for (const member of members) {
        const start = done
        await sendFile(run, gate, {
          bytes: member.bytes,
          open: () => streamMember(ova.path, member),
          url: async () => libraries.addFile(made, { name: member.name, bytes: member.bytes, sha256: await digestOf(ova, member) }),
          send: (url, body) => libraries.send(url, body, member.bytes),
          onBytes: (sent) => progress.bytes(start + sent, total),
        })
        done += member.bytes
      }
    } finally {
      clearInterval(alive)
    }
    await ovaOf(run)
    return made
  })

  await run.step('import', async () => {
    run.phase('importing')
    await gate.through(() => libraries.complete(session))
    await pollUntil(
      async () => {
        const state = await gate.through(() => libraries.updateState(session))
        if (state === null || state.state === 'DONE') return true
        if (state.state === 'ACTIVE') return null
        throw new AppError('upload-incomplete', {
          details: { service: 'vSphere', reason: state.reason || `The session of the library ended as ${state.state}` },
        })
      },
      {
        signal: run.signal,
        pausePoint: run.pausePoint,
        firstMs: 500,
        maxMs: 10_000,
        timeoutMs: IMPORT_TIMEOUT_MS,
        what: 'taking the files into the library',
        service: 'vSphere',
      },
    )
  })

  await run.step('verify', async () => {
    const stored = await gate.through(() => libraries.files(item))
    for (const { name: wanted, bytes } of ova.files) {
      const found = stored.find((one) => one.name === wanted)
      if (found === undefined)
        throw new AppError('upload-incomplete', { details: { service: 'vSphere', reason: `The item has no ${wanted}` } })
      if (Number.isFinite(found.size) && found.size > 0 && found.size !== bytes) {
        throw new AppError('upload-mismatch', {
          details: { service: 'vSphere', what: wanted, reason: `It has ${found.size} bytes there, and ${bytes} here` },
        })
      }
    }
  })
  await libraries.cancel(session).catch(() => {})

  return {
    resources: [{ kind: 'library-item', id: item, name, url: vsphereUi(run) }],
    verified: ova.files.every(({ sha256 }) => sha256 !== null) ? 'sha256' : 'size',
    next: [
      {
        title: 'Deploy a virtual machine from it',
        command: `govc library.deploy ${shellWord(`/${libraryName}/${name}`)} ${shellWord(`${name}-1`)}`,
        url: null,
      },
    ],
    temporary: [],
    sentBytes: [ova.descriptor, ...ova.files].reduce((sum, { bytes }) => sum + bytes, 0),
    skippedBytes: 0,
  }

  async function findOrMakeLibrary(): Promise<string> {
    const found = (await libraries.libraries()).find(({ id, name: one }) => one === libraryName || id === libraryName)
    if (found) {
      if (found.type === 'LOCAL') return isOurLibrary(found, journal.get<string>('libraryToken') ?? '') ? keepLibrary(found.id) : found.id
      throw new AppError('cloud-refused', {
        details: {
          service: 'vSphere',
          what: 'files in that library',
          field: 'library',
          reason: `${libraryName} follows another library, and takes nothing itself`,
        },
      })
    }
    const datastore = await datastoreOf(vim, values)
    const token = journal.get<string>('libraryToken') ?? crypto.randomUUID()
    await journal.put('libraryToken', token)
    // Its id is known only afterwards: until then it is found by its name.
    await journal.created({ kind: 'named-library', id: libraryName, label: libraryLabel, keepOnSuccess: false, facts: { token } })
    return keepLibrary(await libraries.createLibrary(libraryName, `${LIBRARY_WORDS} ${token}`, datastore.ref.id, token))
  }

  /** One that this upload made, and may delete. */
  async function keepLibrary(id: string): Promise<string> {
    await journal.created({ kind: 'library', id, label: libraryLabel, keepOnSuccess: true })
    await journal.forget('named-library', libraryName)
    return id
  }
}

const LIBRARY_WORDS = 'Made by Diskwright, upload'

/** Names are anybody's: one that this upload made has its token in its description. */
export function isOurLibrary({ description }: Pick<LibraryInfo, 'description'>, token: string): boolean {
  return token !== '' && description === `${LIBRARY_WORDS} ${token}`
}

const ITEM_WORDS = 'Sent by Diskwright, upload'

/** Names are anybody's: what this upload made has its token in its description. */
export async function isOurItem(libraries: Pick<LibraryApi, 'descriptionOf'>, item: string, token: string): Promise<boolean> {
  return token !== '' && (await libraries.descriptionOf(item)) === `${ITEM_WORDS} ${token}`
}

/** By the manifest of the archive, or read here: the library checks it while it takes the file. */
async function digestOf(ova: Ova, member: OvaMember): Promise<string> {
  if (member.sha256 !== null) return member.sha256
  const hash = createHash('sha256')
  for await (const piece of streamMember(ova.path, member)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** Where the library is looked at in a browser. */
export function vsphereUi({ values }: Pick<UploadRun, 'values'>): string {
  return `https://${textOf(values, 'url')
    .replace(/^https:\/\//, '')
    .replace(/\/(sdk\/?)?$/, '')}/ui/`
}

export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/@:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

export function wantsTemplate({ values }: Pick<UploadRun, 'values'>): boolean {
  return flagOf(values, 'template')
}
