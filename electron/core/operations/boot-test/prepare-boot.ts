import fs from 'node:fs/promises'
import path from 'node:path'
import { usesSerialConsole } from '#shared/boot-test/booting-entry'
import type { BootTestInput, FirmwareKind } from '#shared/boot-test/boot-test-request'
import { metadataServiceOf } from '#shared/boot-test/guest-metadata'
import type { WantedArguments } from '#shared/boot-test/judge'
import { ARCH_TRAITS, type MachineArch } from '#shared/boot-test/machine-arch'
import { type MachinePreset, machinePreset } from '#shared/boot-test/machine-presets'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import type { ImageInfo } from '#shared/images/image-info'
import type { EngineId } from '#shared/jobs/job-requests'
import { platform } from '#shared/platforms/platforms'
import { requireSpace } from '../../files/disk-space.js'
import { type ImageSource, openSource } from '../../guest/source.js'
import { makeSeedDisk } from '../../tools/mtools/make-seed.js'
import { createOverlay } from '../../tools/qemu-img/create-overlay.js'
import { findUefi } from '../../tools/qemu-system/find-firmware.js'
import type { MachinePlan } from '../../tools/qemu-system/machine-args.js'
import { startSwtpm } from '../../tools/swtpm/start-swtpm.js'
import { editsProof, openOverlay, overlayBytes, readBack, resultBytes, stageEdits, writeToOverlay } from '../edit-overlay.js'
import { type ImageReading, readSource } from '../inspect-image.js'
import type { JobContext } from '../job-context.js'
import { type DiskHold, EDITS_FOLDER, machineFolder, RUN_DISK, socketFolder } from './boot-folders.js'
import { chooseAccelerator, EMULATED_CPU } from './choose-accelerator.js'
import { chooseArch } from './choose-arch.js'
import { requireMemory } from './free-memory.js'
import { readGiven } from './given.js'
import { requireKeepable } from './keep-machine.js'
import { type PreparedMetadata, prepareMetadata } from './prepare-metadata.js'
import { temporaryEdits, wantedArguments } from './test-entry.js'

const OVERLAY_BYTES = 64 * 1024 ** 2

export interface PreparedBoot {
  readonly source: ImageSource
  readonly plan: MachinePlan
  readonly firmware: { readonly kind: FirmwareKind; readonly file: string | null }
  readonly accelerator: { readonly used: 'kvm' | 'tcg'; readonly reason: string }
  readonly wanted: WantedArguments
  readonly info: ImageInfo
  /** Of the machine's disk. */
  readonly virtualBytes: number
  readonly metadata: PreparedMetadata | null
  /** Private; all that the machine may write lies in it. */
  readonly folder: string
  readonly readFiles: readonly string[]
  readonly engine: EngineId | undefined
  readonly proofs: readonly string[]
  readonly notes: readonly string[]
}

export interface BootSurroundings {
  readonly engine: EngineId | 'auto'
  readonly hold: DiskHold
  readonly promisedMemory: (jobId: string) => number
}

/**
 * Makes everything ready to boot: tools found, the image read, its edits written to an overlay by one engine run, and another overlay on
 * top for what the guest writes.
 *
 * @throws AppError `tool-missing`, `image-changed`, `image-in-use`, `not-enough-memory`, `no-space`, and what keeps an edit from being applied
 */
export async function prepareBoot(ctx: JobContext, input: BootTestInput, around: BootSurroundings): Promise<PreparedBoot> {
  const { source, reading, disc, arch } = await openImage(ctx, input, around.promisedMemory(ctx.jobId))
  const accelerator = await chooseAccelerator(ctx, input, arch)
  const preset = machinePreset(input.platform, arch)
  const { kind, type, uefi } = await chooseFirmware(input, reading.info, preset, arch)
  const folder = await machineFolder(ctx, around.hold)
  const firstBoot = await writeFirstBoot(ctx, input, folder, arch)
  const edited = await writeEdits(ctx, input, source, reading, { preference: around.engine, folder, arch })
  const disk = await createRunDisk(ctx, edited, folder)
  const sockets = await socketFolder(ctx, folder)
  const tpm = await wantTpm(ctx, input, preset, path.join(sockets, 'tpm.sock'), path.join(folder, 'tpm'))
  const { metadata } = firstBoot
  const plan: MachinePlan = {
    type,
    accelerator: accelerator.used,
    cpu: input.machine.cpu ?? (accelerator.used === 'kvm' ? 'host' : EMULATED_CPU[arch]),
    cpus: input.machine.cpus,
    memoryBytes: input.machine.memoryBytes,
    firmware: uefi && { code: uefi.code, vars: await copyVars(uefi.vars, folder), smm: uefi.needsSmm },
    disk,
    diskBus: input.machine.diskBus ?? preset.diskBus,
    preset,
    network: input.machine.network,
    discs: [
      ...(disc === null ? [] : [{ path: disc, bootFirst: input.cdrom?.bootFirst === true }]),
      ...(metadata?.disc ? [{ path: metadata.disc, bootFirst: false }] : []),
    ],
    seedDisk: firstBoot.seedDisk,
    ignition: firstBoot.ignition,
    serialPipes: path.join(sockets, 'serial'),
    sockets: {
      qmp: path.join(sockets, 'qmp.sock'),
      tpm: tpm.socket,
      link: metadata?.respond ? { guest: path.join(sockets, 'guest.sock'), network: path.join(sockets, 'network.sock') } : null,
      vnc: path.join(sockets, 'vnc.sock'),
    },
  }
  return {
    source,
    plan,
    firmware: { kind, file: uefi?.code.path ?? null },
    accelerator,
    wanted: edited.wanted,
    folder,
    readFiles: [...edited.source.files, ...(disc === null ? [] : [disc])],
    engine: edited.engine,
    proofs: edited.proofs,
    notes: [...consoleNotes(edited, arch), ...presetNotes(preset, input, metadata), ...tpm.notes],
    info: reading.info,
    virtualBytes: edited.virtualBytes,
    metadata,
  }
}

interface OpenedImage {
  readonly source: ImageSource
  readonly reading: ImageReading
  /** Absolute path of the disc beside it. */
  readonly disc: string | null
  readonly arch: MachineArch
}

/** What keeps a test from being made is told here, before an engine writes anything. */
async function openImage({ host }: JobContext, input: BootTestInput, promisedMemory: number): Promise<OpenedImage> {
  const source = await openSource(input.source)
  if (input.revision !== undefined && input.revision !== source.revision) {
    throw new AppError('image-changed', { details: { path: source.path }, actions: [{ kind: 'reload' }] })
  }
  await requireMemory(input.machine.memoryBytes, promisedMemory)
  const disc = input.cdrom ? await openDisc(input.cdrom.path) : null
  if (input.keep) await requireKeepable({ source }, input.keep)
  const reading = await readSource(host, source)
  if (reading.info.warnings.some(({ code }) => code === 'image-in-use')) {
    throw new AppError('image-in-use', { details: { path: source.path }, actions: [{ kind: 'retry' }] })
  }
  return { source, reading, disc, arch: await chooseArch(host, input, source, reading) }
}

/** Secure boot needs the newer machine; ARM has neither of them, and no BIOS. */
async function chooseFirmware(input: BootTestInput, info: ImageInfo, preset: MachinePreset, arch: MachineArch) {
  if (arch === 'aarch64') {
    const kind = input.machine.firmware === 'uefi-secure' ? 'uefi-secure' : 'uefi'
    return { kind, type: 'virt', uefi: await findUefi(kind, 'virt') } as const
  }
  const kind = firmwareKind(input, info)
  const wanted = input.machine.machine ?? (input.machine.diskBus === 'ide' ? 'pc' : preset.machine)
  const type = kind === 'uefi-secure' ? 'q35' : wanted
  return { kind, type, uefi: kind === 'bios' ? null : await findUefi(kind, type) }
}

/** An empty overlay for what the guest writes. */
async function createRunDisk({ host }: JobContext, { source, virtualBytes }: EditedDisk, folder: string): Promise<BlockNode> {
  await requireSpace(folder, OVERLAY_BYTES)
  const file = path.join(folder, RUN_DISK)
  await createOverlay(host, {
    path: file,
    backingPath: source.node.path,
    backingDriver: source.node.driver,
    virtualBytes,
    access: { read: source.files, write: [folder] },
  })
  return { driver: 'qcow2', path: file, backing: source.node }
}

function consoleNotes({ serialConsole }: EditedDisk, arch: MachineArch): string[] {
  if (serialConsole !== false) return []
  const { serialArg } = ARCH_TRAITS[arch]
  return [`The kernel is not told to write to the serial console: ${serialArg} as a temporary argument would show what it says`]
}

function presetNotes({ note }: MachinePreset, { platform: id }: BootTestInput, metadata: PreparedMetadata | null): string[] {
  const isMissing = metadata === null && metadataServiceOf(id) !== undefined
  return [
    ...(note === null ? [] : [note]),
    ...(isMissing ? ['There is no metadata service, because none was asked for: a guest that needs one will not find it'] : []),
    ...(metadata?.notes ?? []),
  ]
}

/** An image of a disc that is there; links are followed. Throws `file-not-found`. */
async function openDisc(file: string): Promise<string> {
  const real = await fs.realpath(file).catch(() => undefined)
  if (real === undefined || !(await fs.stat(real)).isFile()) throw new AppError('file-not-found', { details: { path: file } })
  return real
}

/** An image that starts by both is started as its platform does it; with UEFI where that is not known. */
function firmwareKind({ machine, platform: id }: BootTestInput, { firmware }: ImageInfo): FirmwareKind {
  if (machine.firmware !== 'auto') return machine.firmware
  if (firmware === 'uefi' || firmware === 'bios') return firmware
  const usual = id === undefined ? 'image' : platform(id).firmware.usual
  if (usual !== 'image') return usual
  return firmware === 'both' ? 'uefi' : 'bios'
}

interface EditedDisk extends Pick<PreparedBoot, 'source' | 'wanted' | 'engine' | 'proofs'> {
  readonly virtualBytes: number
  readonly serialConsole: boolean | null
}

async function writeEdits(
  ctx: JobContext,
  input: BootTestInput,
  source: ImageSource,
  { info, boot }: ImageReading,
  { preference, folder, arch }: { readonly preference: EngineId | 'auto'; readonly folder: string; readonly arch: MachineArch },
): Promise<EditedDisk> {
  const edits: readonly Edit[] = [...input.edits, ...temporaryEdits(input, boot)]
  const untouched = (proofs: readonly string[]): EditedDisk => ({
    source,
    virtualBytes: info.virtualBytes,
    wanted: wantedArguments(boot, boot, input.entry),
    engine: undefined,
    proofs,
    serialConsole: usesSerialConsole(boot, input.entry, arch),
  })
  if (edits.length === 0) return untouched([])
  const staged = await stageEdits(ctx.host, { source, info }, edits, { idempotent: true })
  if (staged.changes === 0) return untouched(['All edits have their effect already'])
  const overlay = await openOverlay(ctx, source, overlayBytes(staged, info), path.join(folder, EDITS_FOLDER))
  const engine = await writeToOverlay(ctx, overlay, staged, input.engine ?? preference)
  await readBack(ctx, overlay, staged)
  const after = await readSource(ctx.host, overlay.source)
  return {
    source: overlay.source,
    virtualBytes: resultBytes(staged, info),
    wanted: wantedArguments(boot, after.boot, input.entry),
    engine,
    proofs: [editsProof(staged)],
    serialConsole: usesSerialConsole(after.boot, input.entry, arch),
  }
}

/** The firmware writes its variables: each test gets its own. */
async function copyVars(template: { path: string; format: 'raw' | 'qcow2' }, folder: string) {
  const file = path.join(folder, 'vars.fd')
  await fs.copyFile(template.path, file)
  await fs.chmod(file, 0o600)
  return { path: file, format: template.format }
}

async function wantTpm(ctx: JobContext, { machine }: BootTestInput, preset: MachinePreset, socket: string, folder: string) {
  if (!(machine.tpm ?? preset.tpm)) return { socket: null, notes: [] }
  if (machine.tpm === undefined && !ctx.host.has('swtpm')) return { socket: null, notes: ['There is no TPM: swtpm is not installed'] }
  const tpm = await startSwtpm(ctx.host, { folder, socket })
  ctx.defer(() => tpm.stop(500))
  return { socket, notes: [] }
}

/** All that the guest is told on its first boot. It can be missing, or no text: that is told before an engine writes anything. */
async function writeFirstBoot(ctx: JobContext, input: BootTestInput, folder: string, arch: MachineArch) {
  return {
    metadata: await prepareMetadata(ctx, input, folder, arch),
    seedDisk: await cloudInitDisk(ctx, input, folder),
    ignition: await ignitionFile(input, folder),
  }
}

async function cloudInitDisk({ host, jobId }: JobContext, { seed }: BootTestInput, folder: string): Promise<string | null> {
  if (!seed?.cloudInit) return null
  const { userData, metaData, networkConfig } = seed.cloudInit
  const disk = path.join(folder, 'seed.img')
  await makeSeedDisk(
    host,
    disk,
    {
      'user-data': await readGiven(userData),
      'meta-data': metaData === undefined ? `instance-id: ${jobId}\n` : await readGiven(metaData),
      ...(networkConfig === undefined ? {} : { 'network-config': await readGiven(networkConfig) }),
    },
    folder,
  )
  return disk
}

async function ignitionFile({ seed }: BootTestInput, folder: string): Promise<string | null> {
  if (seed?.ignition === undefined) return null
  const file = path.join(folder, 'config.ign')
  await fs.writeFile(file, await readGiven(seed.ignition), { mode: 0o600 })
  return file
}
