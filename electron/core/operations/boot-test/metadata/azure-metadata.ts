import { type GuestFacts, madeUpHex, madeUpUuid } from './guest-facts.js'
import {
  find,
  isFolder,
  json,
  type MetadataRequest,
  type MetadataResponder,
  refusal,
  text,
  type Tree,
  words,
  xml,
} from './metadata-answer.js'

export const WIRE_SERVER = '168.63.129.16'
/** Versions of the instance metadata service that guests ask for: cloud-init DataSourceAzure.py, Ignition providers/azure, Afterburn. */
const VERSIONS = [
  '2017-04-02',
  '2017-08-01',
  '2017-12-01',
  '2019-06-01',
  '2020-09-01',
  '2021-01-01',
  '2021-02-01',
  '2021-08-01',
  '2023-07-01',
]
const WIRE_VERSIONS = ['2015-04-05', '2012-11-30', '2011-12-31']

/** The instance metadata service and the part of the wire server that a guest needs to come up: see `readInstance` and `readWire`. */
export function azureMetadata(facts: GuestFacts): MetadataResponder {
  const instance = instanceTree(facts)
  return (request) => (request.address === WIRE_SERVER ? readWire(facts, request) : readInstance(instance, request))
}

/** Microsoft "Azure Instance Metadata Service for virtual machines". */
function readInstance(instance: Tree, { method, path, query, headers }: MetadataRequest) {
  if (method !== 'GET') return refusal(405)
  if (headers.metadata?.toLowerCase() !== 'true') return json400('Bad request. Required metadata header not specified')
  const [top, kind, ...place] = words(path)
  if (top !== 'metadata') return refusal(404)
  if (kind === 'versions') return json({ apiVersions: VERSIONS })
  const version = query.get('api-version')
  if (version === null || !/^\d{4}-\d{2}-\d{2}$/.test(version))
    return json400('Bad request. api-version is invalid or was not specified in the request.')
  if (kind !== 'instance') return refusal(404)
  const found = find(instance, place)
  if (found === undefined) return refusal(404)
  if (query.get('format') === 'text' && !isFolder(found)) return text(String(found))
  return json(found)
}

function json400(error: string) {
  return { ...json({ error }), status: 400 }
}

function instanceTree({ arch, hostname, instanceId, sshKeys, user, userData, mac, address }: GuestFacts): Tree {
  return {
    compute: {
      azEnvironment: 'AzurePublicCloud',
      customData: '',
      location: 'westeurope',
      name: hostname,
      osProfile: { adminUsername: user, computerName: hostname, disablePasswordAuthentication: 'true' },
      osType: 'Linux',
      platformFaultDomain: '0',
      platformUpdateDomain: '0',
      publicKeys: sshKeys.map((keyData) => ({ keyData, path: `/home/${user}/.ssh/authorized_keys` })),
      resourceGroupName: 'diskwright-test',
      subscriptionId: madeUpUuid(`${instanceId} subscription`),
      tags: '',
      userData: userData === null ? '' : Buffer.from(userData).toString('base64'),
      vmId: instanceId,
      vmScaleSetName: '',
      vmSize: arch === 'aarch64' ? 'Standard_D2ps_v5' : 'Standard_D2s_v3',
      zone: '',
    },
    network: {
      interface: [
        {
          ipv4: {
            ipAddress: [{ privateIpAddress: address, publicIpAddress: '' }],
            subnet: [{ address: '10.0.2.0', prefix: '24' }],
          },
          ipv6: { ipAddress: [] },
          macAddress: mac.replaceAll(':', '').toUpperCase(),
        },
      ],
    },
  }
}

/** What guests ask the wire server for when they begin and when they are ready: Azure/WALinuxAgent azurelinuxagent/common/protocol/wire.py. */
function readWire(facts: GuestFacts, { method, path, query }: MetadataRequest) {
  const place = words(path).join('/')
  const what = query.get('comp')
  if (place === '' && what === 'versions') return xml(versions())
  if (place !== 'machine') return refusal(404)
  // Reports are taken: that a guest is ready, its properties, its telemetry.
  if (method === 'POST') return text('')
  if (what === 'goalstate') return xml(goalState(facts))
  if (what === 'config' && query.get('type') === 'hostingEnvironmentConfig') return xml(hostingEnvironment(facts))
  if (what === 'config' && query.get('type') === 'sharedConfig')
    return xml('<?xml version="1.0" encoding="utf-8"?><SharedConfig version="1.0.0.0"/>')
  if (what === 'config' && query.get('type') === 'extensionsConfig')
    return xml('<?xml version="1.0" encoding="utf-8"?><Extensions version="1.0.0.0" goalStateIncarnation="1"/>')
  return refusal(404)
}

function versions(): string {
  const supported = WIRE_VERSIONS.map((version) => `<Version>${version}</Version>`).join('')
  return `<?xml version="1.0" encoding="utf-8"?><Versions><Preferred><Version>${WIRE_VERSIONS[0]}</Version></Preferred><Supported>${supported}</Supported></Versions>`
}

function goalState({ instanceId }: GuestFacts): string {
  const container = madeUpUuid(`${instanceId} container`)
  const role = `${madeUpHex(instanceId, 32)}._diskwright`
  const config = (type: string) => `http://${WIRE_SERVER}:80/machine/?comp=config&amp;type=${type}&amp;incarnation=1`
  return `<?xml version="1.0" encoding="utf-8"?>
<GoalState xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <Version>2012-11-30</Version>
  <Incarnation>1</Incarnation>
  <Machine>
    <ExpectedState>Started</ExpectedState>
    <StopRolesDeadlineHint>300000</StopRolesDeadlineHint>
    <LBProbePorts />
    <ExpectHealthReport>FALSE</ExpectHealthReport>
  </Machine>
  <Container>
    <ContainerId>${container}</ContainerId>
    <RoleInstanceList>
      <RoleInstance>
        <InstanceId>${role}</InstanceId>
        <State>Started</State>
        <Configuration>
          <HostingEnvironmentConfig>${config('hostingEnvironmentConfig')}</HostingEnvironmentConfig>
          <SharedConfig>${config('sharedConfig')}</SharedConfig>
          <ExtensionsConfig>${config('extensionsConfig')}</ExtensionsConfig>
          <ConfigName>${role}.1.xml</ConfigName>
        </Configuration>
      </RoleInstance>
    </RoleInstanceList>
  </Container>
</GoalState>
`
}

function hostingEnvironment({ hostname, instanceId }: GuestFacts): string {
  const deployment = madeUpHex(instanceId, 32)
  return `<?xml version="1.0" encoding="utf-8"?><HostingEnvironmentConfig version="1.0.0.0" goalStateIncarnation="1"><Deployment name="${deployment}"/><Incarnation number="1" instance="${hostname}"/><Role name="diskwright"/></HostingEnvironmentConfig>`
}
