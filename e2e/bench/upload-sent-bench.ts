import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { AzureWay } from '#shared/clouds/forms/azure-fields'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { AZURE, azureValues, azureVariables } from '../clouds/azure-account.js'
import { startAzurite } from '../clouds/fixtures/azurite.js'
import { openGate } from '../clouds/fixtures/gate.js'
import { startOpenStack } from '../clouds/fixtures/openstack.js'
import { makeAuthority } from '../clouds/fixtures/own-authority.js'
import { startSwift } from '../clouds/fixtures/swift.js'
import { startVcsim } from '../clouds/fixtures/vcsim.js'
import { makeServiceAccount, writeDefaultCredentials } from '../clouds/gcp-account.js'
import { makeAccount, writeProfile } from '../clouds/oci-account.js'
import { startAwsServer } from '../clouds/servers/aws-server.js'
import { startGcpServer } from '../clouds/servers/gcp-server.js'
import { startArmServer } from '../clouds/servers/arm-server.js'
import { startOciServer } from '../clouds/servers/oci-server.js'
import { MIB, type TestDisk } from '../clouds/test-disk.js'
import { startRegistry } from '../core/registry.js'
import type { Ratio } from './report.js'
import { benchDisk, benchProgram, settings } from './upload-program.js'

const run = promisify(execFile)
/** A tenth of a disk is data, as of 10 GB with 1 GB of data. Whole GiB, because Google takes nothing else. */
const USUAL_MIB = 1024
/** The test server of Azure looks at a whole disk in memory. */
const SMALL_MIB = 256

/** A server that counts, and what an upload to it is told. */
interface CountedPlace {
  readonly values: Readonly<Record<string, string | number>>
  readonly env?: Readonly<Record<string, string>>
  received(): number
  stop(): Promise<void>
}

type Begin = (home: string) => Promise<CountedPlace>

interface Way {
  readonly provider: ProviderId
  readonly name: string
  readonly mib?: number
  readonly begin: Begin
}

const WAYS: readonly Way[] = [
  { provider: 's3', name: 'qcow2', begin: beginS3 },
  { provider: 'aws', name: 'blocks of a snapshot', begin: beginAws },
  { provider: 'azure', name: 'pages of a managed disk', mib: SMALL_MIB, begin: (home) => beginAzure(home, 'disk') },
  { provider: 'azure', name: 'pages of a blob', mib: SMALL_MIB, begin: (home) => beginAzure(home, 'blob') },
  { provider: 'oci', name: 'an archive with qcow2', begin: beginOci },
  { provider: 'gcp', name: 'tar.gz', begin: beginGcp },
  { provider: 'openstack', name: 'qcow2', begin: beginOpenStack },
  { provider: 'vsphere', name: 'an OVA for a content library', begin: beginVsphere },
  { provider: 'registry', name: 'a containerDisk', begin: beginRegistry },
]

/** What goes over the wire for a raw disk that is empty mostly, counted by the server or before it. */
export async function* sentBench(folder: string): AsyncGenerator<Ratio> {
  const program = await benchProgram(folder)
  const disks = new Map<number, TestDisk>()
  for (const { provider, name, mib = USUAL_MIB, begin } of WAYS) {
    const disk = disks.get(mib) ?? (await sparseDisk(path.join(folder, `sparse-${mib}.raw`), mib))
    disks.set(mib, disk)
    const place = await begin(program.home)
    try {
      const [node, args] = program.command(['upload', provider, disk.path, ...settings(place.values)])
      await run(node, args, { env: { ...program.env, ...place.env }, maxBuffer: 64 * MIB })
      yield {
        what: `bytes sent to ${provider} for a raw disk of ${mib} MiB with ${disk.dataBytes / MIB} MiB of data (${name})`,
        ours: { label: 'sent', ms: place.received() },
        theirs: { label: 'data, which nothing compresses', ms: disk.dataBytes },
        kind: 'at-most',
        bound: 1.05,
        unit: 'bytes',
      }
    } finally {
      await place.stop()
    }
  }
  for (const { path: file } of disks.values()) await fs.rm(file)
}

function sparseDisk(file: string, mib: number): Promise<TestDisk> {
  const islands = Array.from({ length: Math.floor(mib / 60) }, (_, index) => [index * 60 * MIB, 6 * MIB] as const)
  return benchDisk(file, mib, islands)
}

/** A server that does not count itself, with a gate before it that does. */
async function counted(
  port: number,
  server: { stop(): Promise<void> },
  told: (port: number) => Pick<CountedPlace, 'values' | 'env'>,
): Promise<CountedPlace> {
  const gate = await openGate(port)
  return {
    ...told(gate.port),
    received: () => gate.sent(),
    async stop() {
      await gate.close()
      await server.stop()
    },
  }
}

/** An object has no holes: what it can do is not to hold the zeros. */
async function beginS3(): Promise<CountedPlace> {
  const swift = await startSwift()
  await swift.makeContainer('bench')
  return counted(Number(new URL(swift.url).port), swift, (port) => ({
    values: {
      endpoint: `http://127.0.0.1:${port}`,
      accessKey: swift.accessKey,
      secretKey: 'env:SECRET_KEY',
      bucket: 'bench',
      format: 'qcow2',
    },
    env: { SECRET_KEY: swift.secretKey },
  }))
}

async function beginAzure(home: string, way: AzureWay): Promise<CountedPlace> {
  const secret = 'of-the-bench'
  const azurite = await startAzurite()
  const { caFile, cert, key } = await makeAuthority(path.join(home, 'authority'))
  const server = await startArmServer({ azurite: azurite.url, cert, key, ...AZURE, secret })
  await server.blobs.ask('PUT', 'vhds?restype=container')
  const place = way === 'disk' ? { target: 'disk' } : { target: 'image', account: 'store', container: 'vhds' }
  return {
    values: { ...azureValues(server, caFile), way, name: 'bench', ...place },
    env: azureVariables(secret),
    received: () => server.blobs.received,
    async stop() {
      await server.stop()
      await azurite.stop()
    },
  }
}

async function beginVsphere(): Promise<CountedPlace> {
  const vcsim = await startVcsim()
  return counted(Number(new URL(`https://${vcsim.url}`).port), vcsim, (port) => ({
    values: {
      url: `127.0.0.1:${port}`,
      user: vcsim.user,
      password: 'env:PASSWORD',
      thumbprint: vcsim.thumbprint,
      library: 'bench',
      datastore: 'LocalDS_0',
      name: 'bench',
    },
    env: { PASSWORD: vcsim.password },
  }))
}

async function beginAws(home: string): Promise<CountedPlace> {
  const key = { id: 'AKIDBENCH', secret: 'of-the-bench' }
  const server = await startAwsServer({ keys: [key] })
  await fs.mkdir(path.join(home, '.aws'), { recursive: true })
  await fs.writeFile(path.join(home, '.aws/config'), `[profile bench]\nregion = eu-central-1\nendpoint_url = ${server.url}\n`)
  await fs.writeFile(path.join(home, '.aws/credentials'), `[bench]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${key.secret}\n`)
  return {
    values: { profile: 'bench', region: 'eu-central-1', name: 'bench', architecture: 'x86_64' },
    received: () => server.received(),
    stop: () => server.stop(),
  }
}

async function beginOci(home: string): Promise<CountedPlace> {
  const server = await startOciServer()
  const account = makeAccount(server)
  await writeProfile(home, server, account)
  server.addBucket('images')
  return {
    values: { compartment: 'dev/images', bucket: 'images', name: 'bench', object: 'bench.oci', endpoint: server.url },
    received: () => server.receivedBytes(),
    stop: () => server.stop(),
  }
}

async function beginGcp(home: string): Promise<CountedPlace> {
  const server = await startGcpServer('boot-images')
  await writeDefaultCredentials(home, makeServiceAccount(server, 'bench').keyFile)
  server.state.buckets.set('images', new Map())
  return {
    values: { project: 'boot-images', bucket: 'images', name: 'bench', object: 'bench.tar.gz', endpoint: server.url },
    received: () => server.receivedBytes(),
    stop: () => server.stop(),
  }
}

async function beginOpenStack(): Promise<CountedPlace> {
  const stack = await startOpenStack({ quotaMib: 2048 })
  const { id, secret } = stack.applicationCredential
  return {
    values: { authUrl: stack.authUrl, credentialId: id, credentialSecret: 'env:CREDENTIAL', name: 'bench' },
    env: { CREDENTIAL: secret },
    received: () =>
      stack.images.seen
        .filter(({ method, path: where }) => method === 'PUT' && where.endsWith('/file'))
        .reduce((sum, { headers }) => sum + Number(headers['content-length']), 0),
    stop: () => stack.stop(),
  }
}

async function beginRegistry(): Promise<CountedPlace> {
  const registry = await startRegistry()
  return counted(registry.port, registry, (port) => ({
    values: {
      registry: `127.0.0.1:${port}`,
      repository: 'bench/disk',
      tag: 'v1',
      plainHttp: 'true',
      architecture: 'amd64',
    },
  }))
}
