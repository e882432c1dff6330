import type { GuestFacts } from './guest-facts.js'
import { escapeXml } from './metadata-answer.js'

/** A CD that tells a guest who it is. */
export interface MetadataDisc {
  readonly label: string
  readonly files: Readonly<Record<string, string>>
}

/** As cloud-init reads it without VMware's own tools: DataSourceOVF.py, `read_ovf_environment`; DSP0243 "Open Virtualization Format", 11. */
export function vmwareDisc({ hostname, instanceId, sshKeys, userData }: GuestFacts): MetadataDisc {
  const properties = {
    'instance-id': instanceId,
    hostname,
    ...(sshKeys.length === 0 ? {} : { 'public-keys': sshKeys.join('\n') }),
    ...(userData === null ? {} : { 'user-data': Buffer.from(userData).toString('base64') }),
  }
  const lines = Object.entries(properties).map(
    ([key, value]) => `    <Property oe:key="${key}" oe:value="${escapeXml(value).replaceAll('\n', '&#10;')}"/>\n`,
  )
  return {
    label: 'OVF ENV',
    files: {
      'OVF-ENV.XML': `<?xml version="1.0" encoding="UTF-8"?>
<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:oe="http://schemas.dmtf.org/ovf/environment/1" oe:id="">
  <PropertySection>
${lines.join('')}  </PropertySection>
</Environment>
`,
    },
  }
}

/**
 * The provisioning CD of Azure: cloud-init sources/helpers/azure.py, `OvfEnvXml`; Azure/WALinuxAgent azurelinuxagent/common/protocol/ovfenv.py.
 * Azure's own is a UDF; agents look at ISO 9660 too.
 */
export function azureDisc({ hostname, sshKeys, user, userData }: GuestFacts): MetadataDisc {
  const keys = sshKeys.map(
    (key) => `<PublicKey><Fingerprint/><Path>/home/${user}/.ssh/authorized_keys</Path><Value>${escapeXml(key)}</Value></PublicKey>`,
  )
  return {
    label: 'rd_rdfe_stable.diskwright',
    files: {
      'OVF-ENV.XML': `<?xml version="1.0" encoding="utf-8"?>
<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:oe="http://schemas.dmtf.org/ovf/environment/1" xmlns:wa="http://schemas.microsoft.com/windowsazure" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
  <wa:ProvisioningSection>
    <wa:Version>1.0</wa:Version>
    <LinuxProvisioningConfigurationSet xmlns="http://schemas.microsoft.com/windowsazure">
      <ConfigurationSetType>LinuxProvisioningConfiguration</ConfigurationSetType>
      <HostName>${hostname}</HostName>
      <UserName>${user}</UserName>
      <DisableSshPasswordAuthentication>true</DisableSshPasswordAuthentication>
${keys.length === 0 ? '' : `      <SSH><PublicKeys>${keys.join('')}</PublicKeys></SSH>\n`}${userData === null ? '' : `      <CustomData>${Buffer.from(userData).toString('base64')}</CustomData>\n`}    </LinuxProvisioningConfigurationSet>
  </wa:ProvisioningSection>
  <wa:PlatformSettingsSection>
    <wa:Version>1.0</wa:Version>
    <PlatformSettings xmlns="http://schemas.microsoft.com/windowsazure">
      <ProvisionGuestAgent>true</ProvisionGuestAgent>
      <GuestAgentPackageName i:nil="true"/>
      <PreprovisionedVm>false</PreprovisionedVm>
    </PlatformSettings>
  </wa:PlatformSettingsSection>
</Environment>
`,
    },
  }
}
