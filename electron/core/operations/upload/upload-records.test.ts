import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sampleFacts } from '#shared/clouds/testing/sample-facts'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import type { Dirs } from '../../files/dirs.js'
import { createCloudsApi } from '../../create-clouds-api.js'
import { createSecretKeeper } from './secret-keeper.js'
import { isSameWork, listUploadRecords, writeUploadRecord } from './upload-records.js'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-records-'))
const dirs = { state: root, cache: path.join(root, 'cache') } as Dirs
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

const UPLOAD = 'f3ab4a3c-9c8b-4d6e-9d0f-0a1b2c3d4e5f'
const HASH = `$6$salt$${'x'.repeat(86)}`
const arg: Edit = { kind: 'retarget', platform: 'oci' }
const edits: Edit[] = [{ kind: 'user', name: 'ada', groups: [], sudo: 'none', passwordHash: HASH }, arg]
const values = { accessKey: 'me', secretKey: `session:s3 secretKey ${UPLOAD}`, bucket: 'images' }
const input = { upload: UPLOAD, provider: 's3' as const, facts: sampleFacts({ path: '/images/a.qcow2' }), values, edits }

test('an upload with a secret in its edits stays known, without the secret, and is told from another one', async () => {
  writeUploadRecord(dirs, { title: 'Upload a.qcow2', input })
  const [record] = listUploadRecords(dirs)
  if (record === undefined) throw new Error('the upload is not known any more')
  expect(record.input.edits).toEqual([arg])
  expect(JSON.stringify(record)).not.toContain(HASH)
  expect(isSameWork(record, input)).toBe(true)
  expect(isSameWork(record, { ...input, edits: [arg] })).toBe(false)

  const secrets = createSecretKeeper({}, null)
  const clouds = createCloudsApi({ host: { dirs }, secrets, jobs: { list: () => [] } } as never)
  expect(await clouds.reviewUpload(UPLOAD)).toMatchObject({ lostEdits: 1, lostSecrets: ['secretKey'], input: { edits: [arg], values } })
  await expect(clouds.openUpload(UPLOAD)).rejects.toSatisfy((thrown) => thrown instanceof AppError && thrown.code === 'bad-input')
  secrets.keep(`s3 secretKey ${UPLOAD}`, 'open sesame', 'session')
  expect((await clouds.reviewUpload(UPLOAD)).lostSecrets).toEqual([])
})
