import { isLibrary, vsphereForm } from '#shared/clouds/forms/vsphere-form'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { Remote } from '#shared/clouds/upload-plan'
import type { CleanUpReport, CloudContext, CloudProvider } from '../cloud-provider.js'
import type { UploadJournal } from '../upload-journal.js'
import { type Vsphere, withVsphere } from './connect.js'
import type { LibraryApi } from './library-api.js'
import { abortLease, destroyMachine, unlessGone, uploadByLease } from './lease-upload.js'
import { isOurItem, isOurLibrary, uploadToLibrary } from './library-upload.js'
import { listFor } from './places.js'
import { checkVsphere } from './preflight.js'
import { signInGate } from './send-file.js'

/** VMware vSphere: content libraries and NFC leases. Sources: vSphere Web Services API and vSphere Automation API references. */
export const vsphereProvider: CloudProvider = {
  form: vsphereForm,
  /** `GOVC_URL` and `GOVC_USERNAME`, as govc takes them; a password in the address is left out. */
  async accounts({ host }) {
    const { GOVC_URL: address, GOVC_USERNAME: user, GOVC_PASSWORD: password } = host.env
    if (address === undefined || address === '') return []
    const url = URL.canParse(address) ? new URL(address) : URL.canParse(`https://${address}`) ? new URL(`https://${address}`) : null
    if (url === null) return []
    const name = user ?? decodeURIComponent(url.username)
    return [
      {
        label: `GOVC_URL: ${url.host}`,
        note: name === '' ? 'no user is named' : name,
        values: { url: url.host, user: name, ...(password === undefined ? {} : { password: 'env:GOVC_PASSWORD' }) },
        problem: null,
      },
    ]
  },
  choices: (ctx, field, values) =>
    withVsphere(ctx, values, async ({ vim, libraries }): Promise<FieldChoice[]> => {
      if (field === 'library') {
        const all = await libraries.libraries()
        return all.filter(({ type }) => type === 'LOCAL').map(({ name }) => ({ value: name, label: name }))
      }
      const found = await listFor(vim, field, values)
      const names = found.map(({ name }) => name)
      // Names need not be unique: ids are.
      return found.map(({ ref, name }) => {
        const isOnly = names.filter((one) => one === name).length === 1
        return { value: isOnly ? name : ref.id, label: name, ...(isOnly ? {} : { help: ref.id }) }
      })
    }),
  preflight: checkVsphere,
  execute: (run) => {
    const gate = signInGate(run)
    const upload = isLibrary(run.values) ? uploadToLibrary : uploadByLease
    return withVsphere(run, run.values, (vsphere) => upload(run, gate, vsphere))
  },
  async cleanUp(
    ctx: CloudContext,
    values: FieldValues,
    journal: UploadJournal,
    which: (remote: Remote) => boolean,
  ): Promise<CleanUpReport> {
    const meant = journal.remotes().filter(which)
    if (meant.length === 0) return { left: [] }
    const left: { label: string; reason: string }[] = []
    const tell = ({ label }: Remote, thrown: unknown): void => {
      const { title, detail } = describeError(toAppError(thrown).data)
      left.push({ label, reason: `${title}. ${detail}` })
    }
    try {
      await withVsphere(ctx, values, async (vsphere) => {
        // A library that was made goes when nothing is in it any more.
        for (const remote of meant.toSorted((one, other) => Number(goesLast(one)) - Number(goesLast(other)))) {
          try {
            await remove(vsphere, remote, journal)
            await journal.forget(remote.kind, remote.id)
          } catch (thrown) {
            tell(remote, thrown)
          }
        }
      })
    } catch (thrown) {
      for (const remote of meant) tell(remote, thrown)
    }
    return { left }
  },
}

function goesLast({ kind }: Remote): boolean {
  return kind === 'library' || kind === 'named-library'
}

async function remove({ vim, libraries }: Vsphere, { kind, id, facts }: Remote, journal: UploadJournal): Promise<void> {
  switch (kind) {
    case 'lease':
      return abortLease(vim, id)
    case 'virtual-machine':
      return destroyMachine(vim, id)
    case 'library':
      return removeLibrary(libraries, id)
    case 'named-library': {
      const ours = (await libraries.libraries()).find((one) => one.name === id && isOurLibrary(one, facts.token ?? ''))
      return ours === undefined ? undefined : removeLibrary(libraries, ours.id)
    }
    case 'named-item': {
      const item = await libraries.findItem(facts.library ?? '', id)
      // Another one may have taken the name.
      if (item === null || !(await isOurItem(libraries, item, facts.token ?? ''))) return
      return unlessGone(() => libraries.deleteItem(item))
    }
    default: {
      const session = journal.get<string>('session')
      if (session !== undefined) await libraries.cancel(session).catch(() => {})
      return unlessGone(() => libraries.deleteItem(id))
    }
  }
}

/** Others may have put something into it since. */
function removeLibrary(libraries: LibraryApi, id: string): Promise<void> {
  return unlessGone(async () => {
    if ((await libraries.items(id)).length === 0) await libraries.deleteLibrary(id)
  })
}
