import { READY_SETS } from '#shared/boot-test/ready-sets'
import { platform } from '#shared/platforms/platforms'
import type { RecipeBootTest } from '#shared/recipes/recipe-boot-test'
import { formatBytes, formatDuration } from '#shared/text/bytes'
import { count } from '../../components/format.js'
import { FIRMWARE_WORDS } from './boot-test-words.js'

export function entryWords({ entry }: RecipeBootTest): string {
  return entry === undefined ? 'The result, with the entry that boots by itself' : `The result, with the entry ${entry}`
}

/** The machine in short; what is left out comes from the platform. */
export function machineFacts({ platform: id, machine }: RecipeBootTest): string[] {
  const { firmware, machine: type, cpu, memoryBytes, cpus, diskBus, network, tpm } = machine
  return [
    id === undefined ? 'a plain machine of QEMU' : `as on ${platform(id).name}`,
    firmware === 'auto' ? 'firmware as the image needs it' : FIRMWARE_WORDS[firmware],
    ...(type === undefined ? [] : [type]),
    ...(diskBus === undefined ? [] : [diskBus]),
    formatBytes(memoryBytes),
    cpus === 1 ? '1 CPU' : `${cpus} CPUs`,
    ...(cpu === undefined ? [] : [cpu]),
    ...(network === 'user' ? ['network'] : []),
    ...(tpm === undefined ? [] : [tpm ? 'TPM' : 'no TPM']),
  ]
}

/** All that has to be seen; an expression has to match a line of the console. */
export function passLines({ expect: { ready, patterns } }: RecipeBootTest): { readonly words: string; readonly isPattern: boolean }[] {
  return [
    ...ready.map((id) => ({ words: READY_SETS[id].title, isPattern: false })),
    ...patterns.map((words) => ({ words, isPattern: true })),
  ]
}

export function failWords({ expect: { fail, ignore, timeoutSeconds, silence, restarts } }: RecipeBootTest): string {
  return [
    ignore.length === 0 ? 'known failures' : `known failures but ${ignore.length}`,
    ...(fail.length === 0 ? [] : [`${count(fail.length, 'line')} of its own: ${fail.join(', ')}`]),
    `more than ${count(restarts, 'restart')}`,
    ...(silence === undefined ? [] : [`silence of ${formatDuration(silence.seconds)}`]),
    `no verdict after ${formatDuration(timeoutSeconds)}`,
  ].join(', ')
}
