import { closestAll } from '../../../text/closest.js'
import { IGNITION_PLATFORMS } from '../ignition-platforms.js'
import { rule } from './argument-problem.js'

/** Rules on Ignition and cloud-init. */
export const FIRST_BOOT_CHECKS = [
  rule('ignition-platform-missing', 'warning', (line) => {
    const first = line.all('ignition.firstboot')
    if (first.length === 0 || line.has('ignition.platform.id', 'flatcar.oem.id', 'coreos.oem.id') || line.hasVariables) return []
    return [{ words: first, text: 'Ignition runs, but no ignition.platform.id says where its config comes from; CoreOS does not boot so.' }]
  }),

  rule('ignition-platform-unknown', 'warning', (line) =>
    line
      .all('ignition.platform.id')
      .filter(({ value }) => value !== null && value !== '' && !IGNITION_PLATFORMS.has(value))
      .map((word) => {
        const [meant] = closestAll(word.value ?? '', [...IGNITION_PLATFORMS.keys()], (length) => Math.floor(length / 3))
        const text = `${word.value} is no platform that Ignition is known to support${meant === undefined ? '.' : `; did you mean ${meant}?`}`
        return { words: [word], text, ...(meant === undefined ? {} : { fix: line.setValue(word, meant) }) }
      }),
  ),

  rule('cloud-init-off', 'warning', (line) => {
    const off = line.all('cloud-init').filter(({ value }) => value === 'disabled')
    const settings = line.all('ds', 'ci.ds', 'cloud-config-url', 'network-config')
    if (off.length === 0 || settings.length === 0) return []
    return [{ words: [...off, ...settings], text: `cloud-init is turned off, so ${settings[0]?.key} does nothing.`, fix: line.drop(off) }]
  }),
]
