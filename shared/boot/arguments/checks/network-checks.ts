import { explainIp, interfaceOfIp } from '../explain-network.js'
import { rule } from './argument-problem.js'
import type { CommandLine, Word } from './command-line.js'

/** Live systems of Debian and Ubuntu read `ip=` in a way of their own. */
const readsIpAsDracut = (line: CommandLine) => !line.has('boot')

const isNetworkRoot = (word: Word) => /^(nfs4?|iscsi|nbd|cifs|fcoe|dhcp6?|live:(http|https|ftp|tftp))|^\/dev\/nfs$/.test(word.value ?? '')

/** Rules on the network of the initramfs. */
export const NETWORK_CHECKS = [
  rule('ip-without-neednet', 'info', (line) => {
    const ip = line.all('ip').filter(({ value }) => value !== 'off' && value !== 'none')
    const needed = line.has('rd.neednet', 'netroot', 'nfsroot') || line.all('root').some(isNetworkRoot)
    if (ip.length === 0 || needed || !readsIpAsDracut(line) || line.hasVariables) return []
    return [
      {
        words: ip,
        text: 'The initramfs brings the network up only where something needs it; rd.neednet=1 makes sure that ip= counts.',
        fix: [{ op: 'append', arg: 'rd.neednet=1' }],
      },
    ]
  }),

  rule('ip-malformed', 'warning', (line) =>
    readsIpAsDracut(line)
      ? line
          .all('ip')
          .filter(({ value }) => value !== null && value !== '' && explainIp(value) === null)
          .map((word) => ({ words: [word], text: `${word.value} is no value that dracut understands for ip=.` }))
      : [],
  ),

  rule('ip-without-bootdev', 'info', (line) => {
    const ip = line.all('ip')
    if (ip.length < 2 || line.has('bootdev', 'BOOTIF') || !line.all('root', 'netroot').some(isNetworkRoot)) return []
    return [{ words: ip, text: 'With several ip= and root on the network, bootdev= has to say which interface leads to root.' }]
  }),

  rule('ip-kernel-name', 'info', (line) =>
    line
      .all('ip')
      .filter(({ value }) => /^eth\d+$/.test(interfaceOfIp(value ?? '') ?? ''))
      .filter(() => line.switch('net.ifnames') !== false && !line.has('ifname'))
      .map((word) => ({
        words: [word],
        text: `${interfaceOfIp(word.value ?? '')} is a kernel name; without net.ifnames=0 interfaces usually get other names, such as ens3.`,
        fix: [{ op: 'append', arg: 'net.ifnames=0' }],
      })),
  ),

  rule('ipv6-off', 'warning', (line) => {
    const wanted = line.all('ip').filter(({ value }) => /(dhcp6|auto6|either6|link6)|^\[/.test(value ?? ''))
    const off = line.all('ipv6.disable').filter(({ value }) => value === '1')
    if (wanted.length === 0 || off.length === 0) return []
    return [{ words: [...wanted, ...off], text: `IPv6 is turned off, so ${wanted[0]?.arg} cannot work.`, fix: line.drop(off) }]
  }),
]
