import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { makeServiceAccount, writeDefaultCredentials } from '../clouds/gcp-account.js'
import { makeAccount, writeProfile } from '../clouds/oci-account.js'
import { startAwsServer } from '../clouds/servers/aws-server.js'
import { startGcpServer } from '../clouds/servers/gcp-server.js'
import { startOciServer } from '../clouds/servers/oci-server.js'
import { startOpenStack } from '../clouds/fixtures/openstack.js'
import { openGate } from '../clouds/fixtures/gate.js'
import { MIB } from '../clouds/test-disk.js'
import { startRegistry } from '../core/registry.js'
import type { Ratio } from './report.js'
import { benchDisk, type BenchProgram, settings } from './upload-program.js'

const run = promisify(execFile)
/** A tenth of it is data, as of 10 GB with 1 GB of data: whole GiB, because Google takes nothing else. */
const DISK_MIB = 1024
const DATA_MIB = 102

/** A server that counts, and what an upload to it is told. */
interface CountedPlace {
  readonly values: Readonly<Record<string, string | number>>
  readonly env?: Readonly<Record<string, string>>
  received(): number
  stop(): Promise<void>
}

type Begin = (home: string) => Promise<CountedPlace>

const PLACES: readonly (readonly [provider: string, way: string, begin: Begin])[] = [
  ['aws', 'blocks of a snapshot', beginAws],
  ['oci', 'an archive with qcow2', beginOci],
  ['gcp', 'tar.gz', beginGcp],
  ['openstack', 'qcow2', beginOpenStack],
  ['registry', 'a containerDisk with qcow2', beginRegistry],
]

/** What goes over the wire for a disk that is empty mostly, counted by the server. */
export async function* sentBench(program: BenchProgram, folder: string): AsyncGenerator<Ratio> {
  const islands = Array.from({ length: DATA_MIB / 6 }, (_, index) => [index * 60 * MIB, 6 * MIB] as const)
  const disk = await benchDisk(path.join(folder, 'sparse.raw'), DISK_MIB, islands)
  for (const [provider, way, begin] of PLACES) {
    const place = await begin(program.home)
    try {
      const [node, args] = program.command(['upload', provider, disk.path, ...settings(place.values)])
      await run(node, args, { env: { ...program.env, ...place.env }, maxBuffer: 64 * MIB })
      yield {
        what: `bytes sent to ${provider} for a disk of ${DISK_MIB} MiB with ${DATA_MIB} MiB of data (${way})`,
        ours: { label: 'taken by the server', ms: place.received() },
        theirs: { label: 'data, which nothing compresses', ms: disk.dataBytes },
        kind: 'at-most',
        bound: 1.05,
        unit: 'bytes',
      }
    } finally {
      await place.stop()
    }
  }
  await fs.rm(disk.path)
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
  const gate = await openGate(registry.port)
  return {
    values: {
      registry: `127.0.0.1:${gate.port}`,
      repository: 'bench/disk',
      tag: 'v1',
      plainHttp: 'true',
      architecture: 'amd64',
      format: 'qcow2',
    },
    received: () => gate.sent(),
    async stop() {
      await gate.close()
      await registry.stop()
    },
  }
}
