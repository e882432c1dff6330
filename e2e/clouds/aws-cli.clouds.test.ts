import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AwsServer, startAwsServer } from './servers/aws-server.js'

/** AWS's own client, as the distribution has it: what it takes for right was not decided by us. */
const AWS = '/usr/bin/aws'
const BLOCK = 512 * 1024

let server: AwsServer
let folder = ''
beforeAll(async () => {
  server = await startAwsServer({ keys: [{ id: 'AKIDTEST', secret: 'secret-of-the-test' }], buckets: ['images'] })
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-aws-cli-'))
})
afterAll(async () => {
  await server.stop()
  await fs.rm(folder, { recursive: true, force: true })
})

async function aws(args: readonly string[], secret = 'secret-of-the-test'): Promise<Record<string, unknown>> {
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  const words = ['--endpoint-url', server.url, '--region', 'eu-central-1', '--output', 'json', ...args]
  const { stdout } = await promisify(execFile)(AWS, words, { env })
  return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>)
}

async function writeBlock(name: string, fill: number): Promise<{ file: string; digest: Buffer }> {
  const bytes = Buffer.alloc(BLOCK, fill)
  const file = path.join(folder, name)
  await fs.writeFile(file, bytes)
  return { file, digest: createHash('sha256').update(bytes).digest() }
}

test('aws ebs writes a snapshot and aws ec2 registers an image of it', async () => {
  const { SnapshotId, BlockSize } = await aws(['ebs', 'start-snapshot', '--volume-size', '1', '--timeout', '60'])
  expect(BlockSize).toBe(BLOCK)
  const id = String(SnapshotId)
  const block = await writeBlock('block', 0x41)
  const put = (index: number, checksum = block.digest.toString('base64')): Promise<unknown> =>
    aws([
      ...`ebs put-snapshot-block --snapshot-id ${id} --block-index ${index} --data-length ${BLOCK}`.split(' '),
      ...`--block-data ${block.file} --checksum ${checksum} --checksum-algorithm SHA256`.split(' '),
    ])
  await put(3)
  await expect(put(4, createHash('sha256').update('other').digest('base64'))).rejects.toThrow('The checksum is not that of the block')
  const whole = createHash('sha256').update(block.digest).digest('base64')
  const complete = (count: number): Promise<unknown> =>
    aws([
      ...`ebs complete-snapshot --snapshot-id ${id} --changed-blocks-count ${count} --checksum ${whole}`.split(' '),
      ...'--checksum-algorithm SHA256 --checksum-aggregation-method LINEAR'.split(' '),
    ])
  await expect(complete(2)).rejects.toThrow('1 blocks were written')
  await complete(1)
  const states: unknown[] = []
  for (let look = 0; look < 2; look++) {
    const { Snapshots } = (await aws(['ec2', 'describe-snapshots', '--snapshot-ids', id])) as { Snapshots: { State: string }[] }
    states.push(Snapshots[0]?.State)
  }
  expect(states).toEqual(['pending', 'completed'])
  const mapping = `DeviceName=/dev/xvda,Ebs={SnapshotId=${id},VolumeSize=1,VolumeType=gp3}`
  const register = [
    'ec2',
    'register-image',
    '--name',
    'by the cli',
    '--architecture',
    'x86_64',
    '--boot-mode',
    'uefi',
    '--root-device-name',
    '/dev/xvda',
  ]
  const { ImageId } = await aws([...register, '--virtualization-type', 'hvm', '--ena-support', '--block-device-mappings', mapping])
  await expect(aws([...register, '--block-device-mappings', mapping])).rejects.toThrow('InvalidAMIName.Duplicate')
  const { Images } = (await aws(['ec2', 'describe-images', '--owners', 'self', '--filters', 'Name=name,Values=by the cli'])) as {
    Images: { ImageId: string; BootMode: string }[]
  }
  expect(Images).toMatchObject([{ ImageId, BootMode: 'uefi', BlockDeviceMappings: [{ Ebs: { SnapshotId: id } }] }])
})

test('who signs with another secret, or asks for what there is not, is refused', async () => {
  await expect(aws(['sts', 'get-caller-identity'], 'another')).rejects.toThrow('SignatureDoesNotMatch')
  await expect(aws(['ec2', 'describe-regions'], 'another')).rejects.toThrow('AuthFailure')
  await expect(aws(['ebs', 'start-snapshot', '--volume-size', '1'], 'another')).rejects.toThrow('InvalidSignatureException')
  expect(await aws(['sts', 'get-caller-identity'])).toMatchObject({ Account: '123456789012' })
  await expect(aws(['ec2', 'describe-images', '--image-ids', 'ami-1'])).rejects.toThrow('InvalidAMIID.NotFound')
})

test('aws service-quotas asks for a limit, and for the usual one where none was set', async () => {
  const ask = (operation: string, service: string, code: string): Promise<unknown> =>
    aws(['service-quotas', operation, '--service-code', service, '--quota-code', code])
  expect(await ask('get-service-quota', 'ebs', 'L-309BACF6')).toMatchObject({
    Quota: { QuotaName: 'Snapshots per Region', Value: 100_000 },
  })
  await expect(ask('get-service-quota', 'ec2', 'L-B665C33B')).rejects.toThrow('NoSuchResourceException')
  expect(await ask('get-aws-default-service-quota', 'ec2', 'L-B665C33B')).toMatchObject({ Quota: { QuotaName: 'AMIs', Value: 50_000 } })
})

test('aws s3api sends an object in parts', async () => {
  const { UploadId } = await aws(['s3api', 'create-multipart-upload', '--bucket', 'images', '--key', 'a/b c.raw'])
  const { file } = await writeBlock('part', 0x42)
  const where = ['--bucket', 'images', '--key', 'a/b c.raw', '--upload-id', String(UploadId)]
  const { ETag } = await aws(['s3api', 'upload-part', ...where, '--part-number', '1', '--body', file])
  const { Parts } = (await aws(['s3api', 'list-parts', ...where])) as { Parts: unknown[] }
  expect(Parts).toMatchObject([{ PartNumber: 1, Size: BLOCK, ETag }])
  const parts = JSON.stringify({ Parts: [{ PartNumber: 1, ETag }] })
  await aws(['s3api', 'complete-multipart-upload', ...where, '--multipart-upload', parts])
  expect(server.objects.read('images', 'a/b c.raw')).toEqual(await fs.readFile(file))
})
