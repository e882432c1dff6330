import { readOvf } from '#shared/archives/ovf'
import { textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'
import { pollUntil } from '../transfer/poll-until.js'
import type { Vsphere } from './connect.js'
import { readObject } from './inventory.js'
import { shellWord, vsphereUi, wantsTemplate } from './library-upload.js'
import { type Ova, type OvaMember, ovaOf, streamMember } from './ova-members.js'
import { importSpec } from './import-spec.js'
import { findPlace, isNameTaken } from './places.js'
import type { SignInGate } from '../transfer/sign-in-gate.js'
import { sendFile } from './send-file.js'
import { type ObjectRef, refOf, refXml, vimError, type VimSession } from './soap.js'
import { childrenOf, childText, findElement, printElement } from './xml.js'

/** A lease that hears nothing for some minutes is given up by vSphere (govmomi, issues 2157 and 3554). */
const TELL_MS = 20_000
const LEASE_TIMEOUT_MS = 10 * 60_000
/** Leases that may be lost before all of it is given up: each is sent everything. */
const MOST_LEASES = 5

/** A lease that is ready: the machine it makes, and where each of its files goes. */
interface Lease {
  readonly ref: ObjectRef
  readonly machine: ObjectRef
  readonly files: readonly { readonly member: OvaMember; readonly url: string }[]
}

/**
 * Makes a virtual machine out of an OVA by an NFC lease. A lease belongs to the session that took it: where that has ended, or after a break, what it
 * made is deleted and all is sent anew.
 */
export async function uploadByLease(run: UploadRun, gate: SignInGate, vsphere: Vsphere): Promise<UploadResult> {
  const { vim } = vsphere
  const { values } = run
  const ova = await ovaOf(run)
  const name = textOf(values, 'name')
  const total = ova.files.reduce((sum, { bytes }) => sum + bytes, 0)

  const first = await run.step('prepare', () => takeLease(run, vim, ova, name))

  const machine = await run.step('send', async (progress) => {
    run.phase('uploading')
    let most = 0
    const onBytes = (sent: number): void => progress.bytes((most = Math.max(most, sent)), total)
    for (let lease = first, taken = 1; ; lease = await takeLease(run, vim, ova, name), taken++) {
      try {
        await sendAll(run, gate, vsphere, { ova, lease, total, onBytes })
        await ovaOf(run)
        await gate.through(() => vim.call('HttpNfcLeaseComplete', lease.ref))
        await run.journal.forget('lease', lease.ref.id)
        return lease.machine
      } catch (thrown) {
        await dropLease(run, vim, lease)
        if (!(thrown instanceof AppError) || thrown.code !== 'cloud-not-found' || taken === MOST_LEASES) throw thrown
        run.log('the lease was lost with its session: it begins anew')
      }
    }
  })

  await run.step('finish', async () => {
    run.phase('importing')
    await checkDisks(vim, machine, ova)
    if (wantsTemplate(run)) await vim.call('MarkAsTemplate', machine)
  })

  const made = wantsTemplate(run)
  return {
    resources: [{ kind: made ? 'template' : 'virtual-machine', id: machine.id, name, url: vsphereUi(run) }],
    verified: 'size',
    next: [
      made
        ? { title: 'Make a machine of the template', command: `govc vm.clone -vm ${shellWord(name)} ${shellWord(`${name}-1`)}`, url: null }
        : { title: 'Start it', command: `govc vm.power -on ${shellWord(name)}`, url: null },
    ],
    temporary: [],
    sentBytes: total,
    skippedBytes: 0,
  }
}

async function takeLease(run: UploadRun, vim: VimSession, ova: Ova, name: string): Promise<Lease> {
  const { journal, values } = run
  await giveUpEarlier(vim, run)
  const place = await findPlace(vim, values)
  if (await isNameTaken(vim, place, name)) {
    throw new AppError('cloud-conflict', { details: { service: 'vSphere', what: `The name ${name}`, field: 'name' } })
  }
  const { spec, files } = await importSpec(vim, ova, name, place)
  const folder = place.folder === null ? '' : refXml('folder', place.folder)
  const answer = await vim.call('ImportVApp', place.pool.ref, `${printElement(spec, 'spec')}${folder}`)
  const value = findElement(answer, 'returnval')
  if (value === null) throw failed('It gave no lease')
  const ref = refOf(value)
  try {
    await journal.created({ kind: 'lease', id: ref.id, label: `virtual machine ${name}, being made`, keepOnSuccess: false })
    await waitForLease(run, vim, ref)
    const info = await readInfo(vim, ref)
    await journal.created({ kind: 'virtual-machine', id: info.machine.id, label: `virtual machine ${name}`, keepOnSuccess: true })
    const targets = files.map(({ device, path }) => {
      const member = ova.files.find((one) => one.name === path)
      const url = info.urls.find((one) => one.importKey === device)?.url
      if (member === undefined || url === undefined) throw failed(`It names no place for ${path}`)
      return { member, url }
    })
    return { ref, machine: info.machine, files: targets }
  } catch (thrown) {
    await dropLease(run, vim, { ref })
    throw thrown
  }
}

interface Sending {
  readonly ova: Ova
  readonly lease: Lease
  readonly total: number
  readonly onBytes: (sent: number) => void
}

async function sendAll(
  run: UploadRun,
  gate: SignInGate,
  { vim, http, address }: Vsphere,
  { ova, lease, total, onBytes }: Sending,
): Promise<void> {
  let done = 0
  let percent = 0
  const tell = setInterval(() => {
    vim
      .call('HttpNfcLeaseProgress', lease.ref, `<percent>${percent}</percent>`)
      .catch((thrown: unknown) => run.log(`lease: ${String(thrown)}`))
  }, TELL_MS)
  try {
    for (const { member, url } of lease.files) {
      const start = done
      await sendFile(run, gate, {
        bytes: member.bytes,
        open: () => streamMember(ova.path, member),
        // A host that does not know its own name writes a star.
        url: async () => url.replace('https://*', address.origin),
        send: async (target, body) => {
          const { status } = await http.send({
            method: 'POST',
            url: target,
            headers: { 'content-type': 'application/x-vnd.vmware-streamVmdk', 'content-length': String(member.bytes), overwrite: 't' },
            body,
            signal: run.signal,
          })
          if (status === 404) throw new AppError('cloud-not-found', { details: { service: 'vSphere', what: 'The lease' } })
          if (status >= 300)
            throw new AppError('cloud-failed', { details: { service: 'vSphere', status, reason: `The host answered ${status}` } })
        },
        onBytes: (sent) => {
          percent = Math.floor((100 * (start + sent)) / Math.max(1, total))
          onBytes(start + sent)
        },
      })
      done += member.bytes
    }
  } finally {
    clearInterval(tell)
  }
}

/** Gives up a lease in the session that has it, also after a cancel; the half machine goes with it, or is deleted. What stays is in the journal. */
async function dropLease(
  run: UploadRun,
  vim: VimSession,
  { ref, machine }: { readonly ref: ObjectRef; readonly machine?: ObjectRef },
): Promise<void> {
  try {
    const made =
      machine ??
      (await readInfo(vim, ref, vim.callAnyway).then(
        (info) => info.machine,
        () => null,
      ))
    await unlessGone(() => vim.callAnyway('HttpNfcLeaseAbort', ref))
    if (made !== null) await unlessGone(() => vim.callAnyway('Destroy_Task', made))
    await run.journal.forget('lease', ref.id)
    if (made !== null) await run.journal.forget('virtual-machine', made.id)
  } catch (thrown) {
    run.log(`the lease could not be given up: ${String(thrown)}`)
  }
}

/** vSphere reads the disks while they arrive, and keeps no digest of them: what can be compared is how large they are. */
async function checkDisks(vim: VimSession, machine: ObjectRef, ova: Ova): Promise<void> {
  const { 'config.hardware.device': devices } = await readObject(vim, machine, ['config.hardware.device'])
  const found = (devices?.children ?? [])
    .filter(({ attributes }) => Object.entries(attributes).some(([key, value]) => key.endsWith('type') && value === 'VirtualDisk'))
    .map((disk) => Number(childText(disk, 'capacityInKB')) * 1024)
  const wanted = readOvf(ova.ovf).disks.map(({ capacityBytes }) => capacityBytes ?? 0)
  if (found.length !== wanted.length || wanted.some((bytes) => !found.includes(bytes))) {
    const words = (sizes: readonly number[]): string => sizes.map((bytes) => `${bytes} bytes`).join(', ')
    throw new AppError('upload-mismatch', {
      details: { service: 'vSphere', reason: `Its disks have ${words(found)}, and those of the archive ${words(wanted)}` },
    })
  }
}

async function waitForLease(run: UploadRun, vim: VimSession, lease: ObjectRef): Promise<void> {
  await pollUntil(
    async () => {
      const { state, error } = await readObject(vim, lease, ['state', 'error'])
      if (state?.text === 'ready') return true
      if (state?.text === 'initializing') return null
      const fault = error === undefined ? '' : (childrenOf(error, 'fault')[0]?.attributes['xsi:type'] ?? '')
      throw vimError(
        fault,
        error === undefined ? 'The lease was given up' : childText(error, 'localizedMessage'),
        'make the virtual machine',
      )
    },
    {
      signal: run.signal,
      pausePoint: run.pausePoint,
      firstMs: 200,
      maxMs: 3000,
      timeoutMs: LEASE_TIMEOUT_MS,
      what: 'making the virtual machine',
      service: 'vSphere',
    },
  )
}

async function readInfo(vim: VimSession, lease: ObjectRef, call: VimSession['call'] = vim.call) {
  const { info } = await readObject({ ...vim, call }, lease, ['info'])
  const [entity] = info === undefined ? [] : childrenOf(info, 'entity')
  if (info === undefined || entity === undefined) throw failed('Its lease names no machine')
  const urls = childrenOf(info, 'deviceUrl').map((device) => ({ importKey: childText(device, 'importKey'), url: childText(device, 'url') }))
  return { machine: refOf(entity), urls }
}

/** What an earlier try left: its lease is gone with its session, or ends now. */
async function giveUpEarlier(vim: VimSession, run: UploadRun): Promise<void> {
  for (const { kind, id, label } of run.journal.remotes()) {
    if (kind === 'lease') await abortLease(vim, id)
    if (kind === 'virtual-machine') await destroyMachine(vim, id)
    run.log(`${label} of an earlier try was given up`)
    await run.journal.forget(kind, id)
  }
}

/** Gone already counts as given up. */
export async function abortLease(vim: VimSession, id: string): Promise<void> {
  await unlessGone(() => vim.call('HttpNfcLeaseAbort', { type: 'HttpNfcLease', id }))
}

export async function destroyMachine(vim: VimSession, id: string): Promise<void> {
  await unlessGone(() => vim.call('Destroy_Task', { type: 'VirtualMachine', id }))
}

export async function unlessGone(call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'cloud-not-found') throw thrown
  }
}

function failed(reason: string): AppError {
  return new AppError('cloud-failed', { details: { service: 'vSphere', reason } })
}
