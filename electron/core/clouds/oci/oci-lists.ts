import type { CloudAccount } from '#shared/clouds/cloud-calls'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { toAppError } from '#shared/errors/app-error'
import type { CloudContext } from '../cloud-provider.js'
import { pathOf } from '../transfer/service-call.js'
import { createOciClient, type OciClient, QUICK_POLICY } from './oci-client.js'
import { ociConfigFile, readOciCredentials, readOciProfiles } from './oci-config.js'
import { type Compartment, isActive, listCompartments, readNamespace, resolveCompartment } from './oci-place.js'

/** Profiles of the configuration file, with why one cannot be used. */
export async function ociAccounts(ctx: CloudContext): Promise<CloudAccount[]> {
  const { env } = ctx.host
  const profiles = await readOciProfiles(env, {})
  const file = ociConfigFile(env, {})
  const shown = env.HOME !== undefined && file.startsWith(`${env.HOME}/`) ? `~${file.slice(env.HOME.length)}` : file
  return Promise.all(
    [...profiles.keys()].map(async (profile) => {
      const about = { label: `Profile ${profile} of ${shown}`, values: { profile } }
      try {
        const { region, session } = await readOciCredentials(ctx, { profile })
        const ends =
          session?.endsAt === undefined || session.endsAt === null ? '' : `, until ${new Date(session.endsAt).toISOString().slice(0, 16)}Z`
        return { ...about, note: `${region}, ${session === null ? 'API key' : `session${ends}`}`, problem: null }
      } catch (thrown) {
        const { reason } = toAppError(thrown).data.details
        return { ...about, note: profiles.get(profile)?.region ?? '', problem: String(reason ?? 'It cannot be used') }
      }
    }),
  )
}

export async function ociChoices(ctx: CloudContext, field: string, values: FieldValues): Promise<FieldChoice[]> {
  if (field === 'profile') {
    const profiles = await readOciProfiles(ctx.host.env, values)
    return [...profiles].map(([value, { region = '' }]) => ({ value, label: value, ...(region === '' ? {} : { help: region }) }))
  }
  const client = createOciClient(ctx, values, { policy: QUICK_POLICY })
  try {
    if (field === 'region') return await regionChoices(client)
    if (field === 'compartment') return await compartmentChoices(client)
    if (field === 'bucket') return await bucketChoices(client, values)
    return []
  } finally {
    await client.close()
  }
}

async function regionChoices(client: OciClient): Promise<FieldChoice[]> {
  const { tenancy } = await client.credentials()
  const about = { service: 'identity' as const, what: 'list regions', subject: 'The tenancy' }
  const regions = await client.list<{ regionName: string; isHomeRegion?: boolean }>({
    ...about,
    path: pathOf('20160918', 'tenancies', tenancy, 'regionSubscriptions'),
  })
  return regions.map(({ regionName, isHomeRegion }) => ({
    value: regionName,
    label: regionName,
    ...(isHomeRegion === true ? { help: 'Home region' } : {}),
  }))
}

async function compartmentChoices(client: OciClient): Promise<FieldChoice[]> {
  const { tenancy } = await client.credentials()
  const query = { compartmentId: tenancy, compartmentIdInSubtree: 'true', accessLevel: 'ACCESSIBLE' }
  const all = (await listCompartments(client, query)).filter(isActive)
  const byId = new Map(all.map((one) => [one.id, one]))
  const choices = all.map((one) => ({ value: one.id, label: compartmentName(one, byId) }))
  return [{ value: tenancy, label: '/', help: 'The tenancy itself' }, ...choices.toSorted((a, b) => a.label.localeCompare(b.label))]
}

/** `dev/images`, as it can be typed. */
function compartmentName(compartment: Compartment, byId: ReadonlyMap<string, Compartment>): string {
  const names: string[] = []
  for (let one: Compartment | undefined = compartment; one !== undefined && names.length < 10; one = byId.get(one.compartmentId ?? '')) {
    names.unshift(one.name)
  }
  return names.join('/')
}

async function bucketChoices(client: OciClient, values: FieldValues): Promise<FieldChoice[]> {
  if (textOf(values, 'compartment') === '') return []
  const compartment = await resolveCompartment(client, values)
  const { namespace } = await readNamespace(client)
  const about = { service: 'objectstorage' as const, what: 'list buckets of that compartment', subject: 'The compartment' }
  const path = pathOf('n', namespace, 'b')
  const buckets = await client.list<{ name: string }>({ ...about, path, query: { compartmentId: compartment, limit: 1000 } })
  return buckets.map(({ name }) => ({ value: name, label: name }))
}
