import { setHostname, setOwnHostsName } from '#shared/system/hostname'
import type { EditHandlers } from '../edit-handler.js'
import { openSystem } from './find-systems.js'
import { ROOT_FILE } from './guest-system.js'

export const hostnameHandler: EditHandlers<'hostname'> = {
  async hostname(context, { name, root }) {
    const system = await openSystem(context, root)
    const before = await system.text('/etc/hostname')
    const selinux = before === undefined && (await system.usesSelinux()) ? { selinux: 'system_u:object_r:hostname_etc_t:s0' } : {}
    await system.write('/etc/hostname', setHostname(before ?? '', name), { ...ROOT_FILE, ...selinux })
    const hosts = await system.text('/etc/hosts')
    if (hosts !== undefined) await system.write('/etc/hosts', setOwnHostsName(hosts, name))
    if (/^\s*preserve_hostname\s*:\s*true/m.test((await system.text('/etc/cloud/cloud.cfg')) ?? '')) return
    if (await system.has('/etc/cloud/cloud.cfg'))
      context.note('cloud-init gives the machine the name that the cloud tells, where it tells one.')
  },
}
