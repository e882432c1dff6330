import type { FieldValues } from '#shared/clouds/field'
import { isLibrary } from '#shared/clouds/forms/vsphere-form'
import { textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { type AppError, toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { CloudContext } from '../cloud-provider.js'
import { addressOf, type Vsphere, withVsphere } from './connect.js'
import { datastoreOf, findPlace, freeBytes, isNameTaken } from './places.js'
import { readThumbprint } from './vsphere-http.js'

const GIB = 1024 ** 3

/** What vSphere itself has to be asked: each look is a row, also one that fails. */
export async function checkVsphere(ctx: CloudContext, values: FieldValues, facts: SourceFacts): Promise<CheckRow[]> {
  try {
    return await withVsphere(ctx, values, async (vsphere) => {
      const { vim } = vsphere
      const rows: CheckRow[] = [
        row('credentials', 'Credentials', 'ok', `${textOf(values, 'user')} at ${vim.about.name}`),
        Math.abs(vim.clockSkew) > 300
          ? row('clock', 'Clock', 'warning', `It is ${Math.abs(vim.clockSkew)} s away from this machine's`)
          : row('clock', 'Clock', 'ok', `${Math.abs(vim.clockSkew)} s from the service`),
      ]
      return [...rows, ...(isLibrary(values) ? await checkLibrary(vsphere, values, facts) : await checkPlace(vsphere, values, facts))]
    })
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    return [await failureRow(ctx, values, error)]
  }
}

async function failureRow(ctx: CloudContext, values: FieldValues, error: AppError): Promise<CheckRow> {
  if (error.code !== 'cloud-untrusted') return problem('credentials', 'Credentials', error)
  const thumbprint = await readThumbprint(addressOf(ctx, values).origin, ctx.signal)
  return {
    code: 'certificate',
    title: 'Certificate',
    state: 'error',
    found: `Not signed by an authority that this machine knows${thumbprint === null ? '' : `. What answers has the thumbprint ${thumbprint}: compare it with what the administrator says before you take it`}`,
    field: 'thumbprint',
    ...(thumbprint === null
      ? {}
      : { fix: { kind: 'set' as const, field: 'thumbprint', value: thumbprint, label: 'Take this certificate' } }),
  }
}

async function checkLibrary({ vim, libraries }: Vsphere, values: FieldValues, facts: SourceFacts): Promise<CheckRow[]> {
  if (!vim.about.isVcenter)
    return [row('library', 'Content library', 'error', 'Only a vCenter has content libraries; this is a host', 'method')]
  const wanted = textOf(values, 'library')
  return looks([
    [
      'library',
      'Content library',
      async () => {
        const found = (await libraries.libraries()).find(({ id, name }) => name === wanted || id === wanted)
        if (found === undefined) {
          const datastore = await datastoreOf(vim, values)
          return [
            row('library', 'Content library', 'info', `${wanted} will be made on ${datastore.name}`),
            await spaceRow(vim, datastore.ref, datastore.name, facts),
          ]
        }
        if (found.type !== 'LOCAL')
          return [row('library', 'Content library', 'error', `${wanted} follows another library, and takes nothing itself`, 'library')]
        const taken = await libraries.findItem(found.id, textOf(values, 'name'))
        return [
          row('library', 'Content library', 'ok', wanted),
          taken === null
            ? row('name', 'Name', 'ok', `${textOf(values, 'name')} is free`)
            : row('name', 'Name', 'error', `${textOf(values, 'name')} is in the library already`, 'name'),
        ]
      },
    ],
  ])
}

async function checkPlace({ vim }: Vsphere, values: FieldValues, facts: SourceFacts): Promise<CheckRow[]> {
  return looks([
    [
      'place',
      'Place',
      async () => {
        const { datastore, pool, network } = await findPlace(vim, values)
        return [
          row('place', 'Place', 'ok', `${pool.name}, ${network === null ? 'no network' : network.name}`),
          await spaceRow(vim, datastore.ref, datastore.name, facts),
        ]
      },
    ],
    [
      'name',
      'Name',
      async () => {
        const name = textOf(values, 'name')
        const taken = await isNameTaken(vim, await findPlace(vim, values), name)
        return [
          taken
            ? row('name', 'Name', 'error', `There is a virtual machine ${name} already`, 'name')
            : row('name', 'Name', 'ok', `${name} is free`),
        ]
      },
    ],
  ])
}

async function spaceRow(
  vim: Vsphere['vim'],
  datastore: Parameters<typeof freeBytes>[1],
  name: string,
  facts: SourceFacts,
): Promise<CheckRow> {
  const free = await freeBytes(vim, datastore)
  const needed = facts.dataBytes ?? facts.fileBytes
  const words = `${(free / GIB).toFixed(1)} GiB free on ${name}, about ${(needed / GIB).toFixed(1)} GiB needed`
  return row('quota', 'Space', Number.isFinite(free) && free < needed ? 'error' : 'ok', words, 'datastore')
}

type Look = readonly [code: string, title: string, look: () => Promise<CheckRow[]>]

/** One that fails is a row, and keeps the others from nothing. */
async function looks(all: readonly Look[]): Promise<CheckRow[]> {
  const rows: CheckRow[] = []
  for (const [code, title, look] of all) {
    try {
      rows.push(...(await look()))
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'cancelled') throw error
      rows.push(problem(code, title, error))
    }
  }
  return rows
}

function problem(code: string, title: string, error: AppError): CheckRow {
  const { title: what, detail, next } = describeError(error.data)
  const { field, reason } = error.data.details
  const found = error.code === 'bad-input' && typeof reason === 'string' ? reason : `${what}. ${detail} ${next}`
  return row(code, title, 'error', found, typeof field === 'string' ? field : undefined)
}

function row(code: string, title: string, state: CheckRow['state'], found: string, field?: string): CheckRow {
  return { code, title, state, found, ...(field === undefined ? {} : { field }) }
}
