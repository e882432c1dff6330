import fs from 'node:fs/promises'
import path from 'node:path'
import { readOva } from '#core/clouds/vsphere/ova-members'
import { withVsphere } from '#core/clouds/vsphere/connect'
import { listObjects } from '#core/clouds/vsphere/inventory'
import { vsphereProvider } from '#core/clouds/vsphere/vsphere-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBench, type TestBench } from '../core/workbench.js'
import { buildChildProgram, type ChildProgram } from './child-program.js'
import { contract, type ContractPlace } from './contract.js'
import { type Vcsim, startVcsim } from './fixtures/vcsim.js'
import { cleanUp, cloudContext, runUpload, type UploadScene } from './run-upload.js'
import { factsOf, makeTestDisk, sha256, type TestDisk } from './test-disk.js'

const SECRETS = { password: 'pass-that-nobody-may-see' }
const KIB = 1024
/** A library, and the item in it, that were there before. */
const TAKEN = 'taken'

function account(vcsim: Vcsim): Record<string, string> {
  return { url: vcsim.url, user: vcsim.user, password: 'session:password', thumbprint: vcsim.thumbprint }
}

async function makeOva(bench: TestBench, disk: TestDisk, folder: string): Promise<string> {
  const source = path.join(folder, 'partitioned.raw')
  const output = path.join(folder, 'disk.ova')
  await fs.copyFile(disk.path, source)
  const handle = await fs.open(source, 'r+')
  await handle.write(partitionTable(disk.bytes), 0, 66, 446)
  await handle.close()
  await bench.succeed({
    kind: 'convert-image',
    input: { source, output, format: 'vmdk', subformat: 'streamOptimized', container: 'ova', artifact: 'vmware-ova', verify: false },
  })
  return output
}

/** One Linux partition from 1 MiB on: the end of a master boot record. */
function partitionTable(diskBytes: number): Buffer {
  const table = Buffer.alloc(66)
  table[4] = 0x83
  table.writeUInt32LE(2048, 8)
  table.writeUInt32LE(diskBytes / 512 - 2048, 12)
  table.writeUInt16LE(0xaa55, 64)
  return table
}

/** What an OVA brings: the digest of its disk. */
async function diskOf(file: string): Promise<string> {
  const { files } = await readOva(file)
  const [disk] = files
  if (disk === undefined) throw new Error('the archive has no disk')
  return sha256((await fs.readFile(file)).subarray(disk.offset, disk.offset + disk.bytes))
}

async function begin(method: 'library' | 'direct'): Promise<ContractPlace> {
  const [vcsim, bench] = await Promise.all([startVcsim(), openBench()])
  const machinesAtFirst = new Set<string>()
  const isLibrary = method === 'library'
  let ova: Promise<string> | undefined
  const place: Record<string, string> = isLibrary
    ? { library: 'images', datastore: 'LocalDS_0' }
    : { datastore: 'LocalDS_0', datacenter: 'DC0', pool: 'DC0_C0', network: 'VM Network' }

  const inside = <T>(scene: UploadScene, work: Parameters<typeof withVsphere<T>>[2]): Promise<T> =>
    cloudContext(scene).then((ctx) => withVsphere(ctx, { ...scene.values, ...account(vcsim) }, work))

  const machines = (scene: UploadScene): Promise<string[]> =>
    inside(scene, async ({ vim }) => (await listObjects(vim, 'VirtualMachine')).map(({ name }) => name))

  return {
    async wishes(round) {
      return { values: { ...account(vcsim), ...place, method, name: `image ${round}` }, secrets: SECRETS }
    },
    canaries: [vcsim.password],
    async payload(disk, folder) {
      // All disks of a contract are the same.
      ova ??= makeOva(bench, disk, bench.folder)
      const own = path.join(folder, 'disk.ova')
      await fs.copyFile(await ova, own)
      return own
    },
    async stored(scene, result) {
      if (!isLibrary) {
        expect(await machines(scene)).toContain(result.resources[0]?.name)
        return vcsim.lastFile('.vmdk') ?? ''
      }
      const files = await vcsim.libraryFiles()
      return [...files].find(([name]) => name.includes(result.resources[0]?.id ?? '?') && name.endsWith('.vmdk'))?.[1] ?? ''
    },
    sent: ({ file = '' }) => diskOf(file),
    async left(scene) {
      if (!isLibrary) {
        const now = await machines(scene)
        if (machinesAtFirst.size === 0) for (const name of now.filter((one) => one.startsWith('DC0'))) machinesAtFirst.add(name)
        return now.filter((name) => !machinesAtFirst.has(name))
      }
      return inside(scene, async ({ libraries }) => (await libraries.libraries()).map(({ name }) => name).filter((name) => name !== TAKEN))
    },
    received: vcsim.received,
    inFlightBytes: 64 * KIB,
    resumes: false,
    wrongCredentials: { arrange: (wishes) => ({ ...wishes, secrets: { password: 'wrong' } }), codes: ['cloud-denied'] },
    conflict: {
      async arrange(wishes, scene) {
        if (!isLibrary) return { ...wishes, values: { ...wishes.values, name: 'DC0_H0_VM0' } }
        await inside(scene, async ({ libraries, vim }) => {
          const [datastore] = await listObjects(vim, 'Datastore')
          const library = await libraries.createLibrary(TAKEN, '', datastore?.ref.id ?? '', 'token')
          await libraries.createItem(library, TAKEN, '', 'token')
        })
        return { ...wishes, values: { ...wishes.values, library: TAKEN, name: TAKEN } }
      },
      codes: ['cloud-conflict'],
    },
    expire: vcsim.expire,
    busy: vcsim.busy,
    cut: vcsim.cut,
    calm: vcsim.calm,
    async stop() {
      await bench.close()
      await vcsim.stop()
    },
  }
}

contract({ provider: 'vsphere', title: 'vSphere content library', lacks: ['quota'], begin: () => begin('library') })
contract({ provider: 'vsphere', title: 'vSphere NFC lease', lacks: ['quota'], begin: () => begin('direct') })

describe('what a vCenter is asked before', () => {
  let vcsim: Vcsim
  let scene: UploadScene
  beforeAll(async () => {
    vcsim = await startVcsim()
    const folder = await fs.mkdtemp(path.join(process.env.TMPDIR ?? '/tmp', 'diskwright-vsphere-'))
    const disk = await makeTestDisk(path.join(folder, 'disk.raw'), { mib: 16 })
    scene = { folder, values: account(vcsim), facts: await factsOf(disk), disk, env: { HOME: folder }, secrets: SECRETS }
  })
  afterAll(async () => {
    await vcsim.stop()
    await fs.rm(scene.folder, { recursive: true, force: true })
  })

  const rows = async (values: Record<string, string>) => {
    const found = await vsphereProvider.preflight(
      await cloudContext(scene),
      { ...account(vcsim), method: 'library', ...values },
      scene.facts,
    )
    return found.map(({ code, state }) => `${code} ${state}`)
  }

  test('a certificate that nobody known signed is shown, and can be taken', async () => {
    const { thumbprint: _, ...unpinned } = account(vcsim)
    const [row] = await vsphereProvider.preflight(await cloudContext(scene), { ...unpinned, library: 'images' }, scene.facts)
    expect(row).toMatchObject({ code: 'certificate', state: 'error', fix: { kind: 'set', field: 'thumbprint', value: vcsim.thumbprint } })
  })
  test('a thumbprint of something else is refused, and nothing is sent', async () => {
    expect(await rows({ thumbprint: '00'.repeat(32), library: 'images' })).toEqual(['certificate error'])
  })
  test('an authority in a file is trusted as well', async () => {
    expect(await rows({ thumbprint: '', ca: vcsim.caFile, library: 'images', datastore: 'LocalDS_0' })).toContain('credentials ok')
  })
  test('the library that will be made, and the space on its datastore', async () => {
    expect(await rows({ library: 'images', datastore: 'LocalDS_0', name: 'one' })).toEqual([
      'credentials ok',
      'clock ok',
      'library info',
      'quota ok',
    ])
  })
  test('a name that is taken is told before', async () => {
    const at = { method: 'direct', datastore: 'LocalDS_0', pool: 'DC0_C0', name: 'DC0_H0_VM0' }
    expect(await rows(at)).toContain('name error')
    expect(await rows({ ...at, name: 'new' })).toEqual(['credentials ok', 'clock ok', 'place ok', 'quota ok', 'name ok'])
  })
  test('its datastores, pools, folders and networks can be chosen', async () => {
    const ctx = await cloudContext(scene)
    const names = async (field: string) => (await vsphereProvider.choices(ctx, field, account(vcsim), null)).map(({ label }) => label)
    expect(await names('datacenter')).toEqual(['DC0'])
    expect(await names('datastore')).toEqual(['LocalDS_0'])
    expect(await names('pool')).toEqual(['DC0_C0', 'DC0_H0'])
    expect(await names('folder')).toEqual(['vm'])
    expect(await names('network')).toEqual(['DC0_DVPG0', 'VM Network'])
    expect(await names('library')).toEqual([])
  })
})

describe('killed while its library is made, of which it knows no id', () => {
  const MAKES = /^POST .*\/content\/local-library$/
  let vcsim: Vcsim
  let program: ChildProgram
  let folder = ''
  let ova = ''
  let disk: TestDisk
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(process.env.TMPDIR ?? '/tmp', 'diskwright-vsphere-library-'))
    disk = await makeTestDisk(path.join(folder, 'disk.raw'), { mib: 16 })
    const bench = await openBench()
    try {
      ova = await makeOva(bench, disk, folder)
    } finally {
      await bench.close()
    }
    ;[vcsim, program] = await Promise.all([startVcsim(), buildChildProgram('vsphere')])
  })
  afterAll(async () => {
    await program.remove()
    await vcsim.stop()
    await fs.rm(folder, { recursive: true, force: true })
  })

  async function killedScene(name: string): Promise<UploadScene> {
    const values = { ...account(vcsim), method: 'library', library: 'half made', datastore: 'LocalDS_0', name }
    const own = path.join(folder, name)
    const scene = { folder: own, values, facts: await factsOf(disk), disk, file: ova, env: { HOME: folder }, secrets: SECRETS }
    await program.killed({ scene }, vcsim.loseAnswer(MAKES))
    expect(await libraryNames(scene)).toEqual(['half made'])
    return scene
  }

  const libraryNames = async (scene: UploadScene): Promise<string[]> =>
    withVsphere(await cloudContext(scene), scene.values, async ({ libraries }) => (await libraries.libraries()).map(({ name }) => name))

  test('it can be deleted', async () => {
    const scene = await killedScene('deleted')
    expect(await cleanUp(vsphereProvider, scene)).toEqual([])
    expect(await libraryNames(scene)).toEqual([])
  })

  test('it is gone on with, and can be deleted afterwards', async () => {
    const scene = await killedScene('resumed')
    const { error } = await runUpload(vsphereProvider, scene)
    expect(error?.data ?? null).toBeNull()
    expect(await libraryNames(scene)).toEqual(['half made'])
    expect(await cleanUp(vsphereProvider, scene)).toEqual([])
    expect(await libraryNames(scene)).toEqual([])
  })

  test('a library of others that has the name stays', async () => {
    const scene = await killedScene('others')
    const work = async ({ libraries, vim }: Parameters<Parameters<typeof withVsphere>[2]>[0]): Promise<void> => {
      const [ours] = await libraries.libraries()
      const [datastore] = await listObjects(vim, 'Datastore')
      await libraries.deleteLibrary(ours?.id ?? '')
      await libraries.createLibrary('half made', 'Of others', datastore?.ref.id ?? '', 'token')
    }
    await withVsphere(await cloudContext(scene), scene.values, work)
    expect(await cleanUp(vsphereProvider, scene)).toEqual([])
    expect(await libraryNames(scene)).toEqual(['half made'])
  })
})
