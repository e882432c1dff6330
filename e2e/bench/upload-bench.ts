import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { openGate } from '../clouds/fixtures/gate.js'
import { startSwift, type Swift } from '../clouds/fixtures/swift.js'
import { MIB, type TestDisk } from '../clouds/test-disk.js'
import { runMeasured } from './container-bench.js'
import { timed } from './measure.js'
import type { Ratio } from './report.js'
import { type BenchProgram, benchDisk, benchProgram, settings } from './upload-program.js'

const run = promisify(execFile)
const FILE_MIB = 512
const ROUNDS = 3
const BUCKET = 'bench'

/** Uploads to servers on this machine, against what people type. */
export async function* uploadBench(folder: string): AsyncGenerator<Ratio> {
  const program = await benchProgram(folder)
  const swift = await startSwift()
  try {
    await swift.makeContainer(BUCKET)
    const disk = await benchDisk(path.join(folder, 'upload.raw'), FILE_MIB, [[0, FILE_MIB * MIB]])
    yield* throughput(program, swift, disk)
    yield await resumeOverhead(program, swift, disk)
    await fs.rm(disk.path)
  } finally {
    await swift.stop()
  }
}

function ours(program: BenchProgram, swift: Swift, { file, key, endpoint = swift.url }: { file: string; key: string; endpoint?: string }) {
  const values = { endpoint, accessKey: swift.accessKey, secretKey: 'env:UPLOAD_SECRET', bucket: BUCKET, key }
  const [node, args] = program.command(['upload', 's3', file, ...settings(values)])
  return { node, args, env: { ...program.env, UPLOAD_SECRET: swift.secretKey } }
}

async function* throughput(program: BenchProgram, swift: Swift, disk: TestDisk): AsyncGenerator<Ratio> {
  const keys = {
    ...program.env,
    AWS_ACCESS_KEY_ID: swift.accessKey,
    AWS_SECRET_ACCESS_KEY: swift.secretKey,
    AWS_DEFAULT_REGION: 'us-east-1',
  }
  let peakMemory = 0
  const oursOnce = async (): Promise<void> => {
    const { node, args, env } = ours(program, swift, { file: disk.path, key: 'ours' })
    peakMemory = Math.max(peakMemory, await runMeasured(node, [...args, '--set', 'overwrite=true'], env))
  }
  const awsOnce = () =>
    run('/usr/bin/aws', ['--endpoint-url', swift.url, 's3', 'cp', '--quiet', disk.path, `s3://${BUCKET}/aws`], { env: keys })
  const remote = `:s3,provider=Other,env_auth=true,endpoint='${swift.url}':${BUCKET}/rclone`
  const rcloneOnce = () => run('rclone', ['copyto', '--quiet', '--ignore-times', '--s3-no-check-bucket', disk.path, remote], { env: keys })
  const times = { ours: Number.POSITIVE_INFINITY, aws: Number.POSITIVE_INFINITY, rclone: Number.POSITIVE_INFINITY }
  const contestants = [
    ['ours', oursOnce],
    ['aws', awsOnce],
    ['rclone', rcloneOnce],
  ] as const
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever comes first is another one in each round.
    for (let turn = 0; turn < contestants.length; turn++) {
      const [name, upload] = contestants[(round + turn) % contestants.length] ?? contestants[0]
      times[name] = Math.min(times[name], await timed(upload))
    }
  }
  const label = `Diskwright, from the start of the program to the result, best of ${ROUNDS}: ${rate(times.ours)}`
  for (const [name, tool] of [
    ['aws', 'aws s3 cp'],
    ['rclone', 'rclone copyto'],
  ] as const) {
    yield {
      what: `upload ${FILE_MIB} MiB to S3 (Swift) on this machine`,
      ours: { label, ms: times.ours },
      theirs: { label: `${tool}, best of ${ROUNDS}: ${rate(times[name])}`, ms: times[name] },
      kind: 'at-most',
      bound: 1,
    }
  }
  const [node, args] = program.command(['upload', '--list'])
  const idle = await runMeasured(node, args, program.env)
  yield {
    what: `peak memory of an upload of ${FILE_MIB} MiB to S3, above that of the program doing nothing (${(idle / MIB).toFixed(0)} MiB)`,
    ours: { label: 'above it', ms: peakMemory - idle },
    theirs: { label: 'the limit', ms: 200 * MIB },
    kind: 'at-most',
    bound: 1,
    unit: 'bytes',
  }
}

function rate(ms: number): string {
  return `${(FILE_MIB / (ms / 1000)).toFixed(0)} MiB/s`
}

/** Killed in the middle by SIGKILL, and gone on with: bytes that were sent more than once. */
async function resumeOverhead(program: BenchProgram, swift: Swift, disk: TestDisk): Promise<Ratio> {
  const gate = await openGate(Number(new URL(swift.url).port))
  try {
    const { node, args, env } = ours(program, swift, { file: disk.path, key: 'resumed', endpoint: `http://127.0.0.1:${gate.port}` })
    const half = gate.holdAfter((FILE_MIB / 2) * MIB)
    const child = spawn(node, args, { env, stdio: 'ignore' })
    const ended = once(child, 'close')
    await Promise.race([half, ended])
    child.kill('SIGKILL')
    await ended
    gate.release()
    const { stdout } = await run(node, [...program.command(['--json', 'upload', '--open'])[1]], { env })
    const [open] = JSON.parse(stdout) as { upload: string }[]
    const ms = await timed(() => run(node, program.command(['upload', '--resume', open?.upload ?? ''])[1], { env, maxBuffer: 64 * MIB }))
    return {
      what: `bytes sent of ${FILE_MIB} MiB that were killed in the middle and gone on with (the rest took ${(ms / 1000).toFixed(1)} s)`,
      ours: { label: 'sent in both runs, requests and parts that were on their way with them', ms: gate.sent() },
      theirs: { label: 'the file', ms: disk.bytes },
      kind: 'at-most',
      bound: 1.2,
      unit: 'bytes',
    }
  } finally {
    await gate.close()
  }
}
