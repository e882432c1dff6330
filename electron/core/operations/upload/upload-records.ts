import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { providerForm } from '#shared/clouds/forms'
import { completeValues } from '#shared/clouds/preparation'
import { uploadImageInputSchema } from '#shared/clouds/upload-request'
import { hideSecrets } from '#shared/edits/secrets'
import { AppError } from '#shared/errors/app-error'
import type { JobInput } from '#shared/jobs/job-requests'
import { uploadCacheFolder, uploadFolder, uploadsFolder } from '../../clouds/upload-folders.js'
import type { Dirs } from '../../files/dirs.js'
import { readJson, writeJsonDurably } from '../../files/durable-json.js'

const FILE = 'upload.json'
const recordSchema = z.object({ title: z.string(), input: uploadImageInputSchema })

/** What an upload was asked to do, beside its journal: enough to go on with it, or to clean up, when its job is gone. Secrets of its edits are left out. */
export interface UploadRecord {
  readonly title: string
  readonly input: JobInput<'upload-image'>
  /** ISO 8601. */
  readonly updatedAt: string
}

export function writeUploadRecord(dirs: Dirs, { title, input }: Pick<UploadRecord, 'title' | 'input'>): void {
  const file = path.join(uploadFolder(dirs, input.upload), FILE)
  if (readJson(file).state === 'ok') return
  writeJsonDurably(file, { title, input: { ...input, edits: input.edits.map(hideSecrets) } })
}

/** Whether both make the same there, so that one can go on with what the other sent. Secrets may be others. */
export function isSameWork(one: JobInput<'upload-image'>, other: JobInput<'upload-image'>): boolean {
  return one.provider === other.provider && isDeepStrictEqual(workOf(one), workOf(other))
}

function workOf({ provider, values, facts, edits }: JobInput<'upload-image'>): unknown {
  const form = providerForm(provider)
  const complete = completeValues(form, values, facts)
  const secrets = new Set(form.fields(complete, facts).flatMap(({ id, kind }) => (kind === 'secret' ? [id] : [])))
  const open = Object.fromEntries(Object.entries(complete).filter(([id]) => !secrets.has(id)))
  return JSON.parse(JSON.stringify({ values: open, edits: edits.map(hideSecrets) }))
}

/** Null for an upload that is not known, or whose record cannot be read. */
export function findUploadRecord(dirs: Dirs, upload: string): UploadRecord | null {
  const folder = uploadFolder(dirs, upload)
  const found = readJson(path.join(folder, FILE))
  const parsed = found.state === 'ok' ? recordSchema.safeParse(found.value).data : undefined
  return parsed === undefined ? null : { ...parsed, updatedAt: lastChange(folder) }
}

/** Throws `job-not-found`. */
export function requireUploadRecord(dirs: Dirs, upload: string): UploadRecord {
  const record = findUploadRecord(dirs, upload)
  if (record === null) throw new AppError('job-not-found', { details: { id: upload } })
  return record
}

/** Newest first. */
export function listUploadRecords(dirs: Dirs): UploadRecord[] {
  const names = readNames(uploadsFolder(dirs))
  const records = names.flatMap((name) => {
    try {
      return findUploadRecord(dirs, name) ?? []
    } catch {
      return []
    }
  })
  return records.sort((one, other) => other.updatedAt.localeCompare(one.updatedAt))
}

/** Forgets an upload: its journal, and what was made to be sent. */
export function removeUpload(dirs: Dirs, upload: string): void {
  removeMade(dirs, upload)
  fs.rmSync(uploadFolder(dirs, upload), { recursive: true, force: true })
}

/** Removes what was made to be sent. */
export function removeMade(dirs: Dirs, upload: string): void {
  fs.rmSync(uploadCacheFolder(dirs, upload), { recursive: true, force: true })
}

function lastChange(folder: string): string {
  const times = readNames(folder).map((name) => fs.statSync(path.join(folder, name)).mtimeMs)
  return new Date(Math.max(0, ...times)).toISOString()
}

function readNames(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}
