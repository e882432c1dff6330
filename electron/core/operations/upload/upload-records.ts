import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { providerForm } from '#shared/clouds/forms'
import { completeValues } from '#shared/clouds/preparation'
import { uploadImageInputSchema } from '#shared/clouds/upload-request'
import { type Edit, editSchema } from '#shared/edits/edit'
import { hideSecrets, isWithoutSecrets } from '#shared/edits/secrets'
import { AppError } from '#shared/errors/app-error'
import type { JobInput } from '#shared/jobs/job-requests'
import { uploadCacheFolder, uploadFolder, uploadsFolder } from '../../clouds/upload-folders.js'
import type { Dirs } from '../../files/dirs.js'
import { readJson, writeJsonDurably } from '../../files/durable-json.js'

const FILE = 'upload.json'
/** Edits that held a secret are no edits any more. */
const keptInputSchema = uploadImageInputSchema.extend({ edits: z.array(z.unknown()).default([]) })
const recordSchema = z.object({ title: z.string(), input: keptInputSchema })

/** What an upload was asked to do, beside its journal: enough to go on with it, or to clean up, when its job is gone. */
export interface UploadRecord {
  readonly title: string
  /** Without edits that held a secret. */
  readonly input: JobInput<'upload-image'>
  /** All edits, without the secrets that some held. */
  readonly keptEdits: readonly unknown[]
  /** ISO 8601. */
  readonly updatedAt: string
}

export function writeUploadRecord(dirs: Dirs, { title, input }: Pick<UploadRecord, 'title' | 'input'>): void {
  const file = path.join(uploadFolder(dirs, input.upload), FILE)
  if (readJson(file).state === 'ok') return
  writeJsonDurably(file, { title, input: { ...input, edits: input.edits.map(hideSecrets) } })
}

/** Whether both make the same there, so that the request can go on with what was sent for the record. Secrets may be others. */
export function isSameWork({ input, keptEdits }: Pick<UploadRecord, 'input' | 'keptEdits'>, request: JobInput<'upload-image'>): boolean {
  if (input.provider !== request.provider) return false
  return isDeepStrictEqual(workOf(input, keptEdits), workOf(request, request.edits.map(hideSecrets)))
}

function workOf({ provider, values, facts }: JobInput<'upload-image'>, edits: readonly unknown[]): unknown {
  const form = providerForm(provider)
  const complete = completeValues(form, values, facts)
  const secrets = new Set(form.fields(complete, facts).flatMap(({ id, kind }) => (kind === 'secret' ? [id] : [])))
  const open = Object.fromEntries(Object.entries(complete).filter(([id]) => !secrets.has(id)))
  return JSON.parse(JSON.stringify({ values: open, edits }))
}

/** Null for an upload that is not known, or whose record cannot be read. */
export function findUploadRecord(dirs: Dirs, upload: string): UploadRecord | null {
  const folder = uploadFolder(dirs, upload)
  const found = readJson(path.join(folder, FILE))
  const parsed = found.state === 'ok' ? recordSchema.safeParse(found.value).data : undefined
  if (parsed === undefined) return null
  const { title, input } = parsed
  return { title, input: { ...input, edits: wholeEdits(input.edits) }, keptEdits: input.edits, updatedAt: lastChange(folder) }
}

function wholeEdits(kept: readonly unknown[]): Edit[] {
  return kept.flatMap((edit) => (isWithoutSecrets(edit) ? [] : (editSchema.safeParse(edit).data ?? [])))
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
