import { NumberInput, Select } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import type { MachineChoice } from '#shared/jobs/convert-request'
import { imageQuery } from '../../api/queries.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { useConvertStore } from './convert-store.js'
import { automaticMachine } from './machine-defaults.js'
import { MACHINE_OPTIONS, type MachineSelect, machineSummary, withMachine } from './machine-words.js'
import styles from './options.module.css'

const SELECTS: readonly { readonly field: MachineSelect; readonly label: string }[] = [
  { field: 'hardwareVersion', label: 'Hardware version' },
  { field: 'firmware', label: 'Firmware' },
  { field: 'secureBoot', label: 'Secure boot' },
  { field: 'diskController', label: 'Disk controller' },
  { field: 'network', label: 'Network' },
  { field: 'properties', label: 'Guest properties' },
]

const NUMBERS = [
  { field: 'cpus', label: 'CPUs', min: 1, max: 256, step: 1 },
  { field: 'memoryMib', label: 'Memory, MiB', min: 128, max: 4 * 1024 ** 2, step: 512 },
] as const

interface MachineOptionsProps {
  /** Images that can be looked into as they are: what follows from them is shown. */
  readonly images: readonly string[]
}

/** The machine that an OVA describes. What is not chosen follows from each image. */
export function MachineOptions({ images }: MachineOptionsProps) {
  const { machine, artifacts } = useConvertStore()
  const infos = useQueries({ queries: images.map((path) => imageQuery(path)) }).flatMap(({ data }) => (data === undefined ? [] : [data]))
  const automatic = automaticMachine(infos, machine, artifacts)
  const choose = (field: keyof MachineChoice, value: string) => {
    useConvertStore.getState().set({ machine: withMachine(machine, field, value) })
  }
  return (
    <details className={styles.machine}>
      <summary>
        Machine in the OVA: <span className="dim">{machineSummary(machine)}</span>
      </summary>
      <div className={styles.fields}>
        {SELECTS.map(({ field, label }) => {
          const options = MACHINE_OPTIONS[field]
          const follows = machine[field] === undefined ? options.find(({ value }) => value === automatic.value(field)) : undefined
          return (
            <Select
              key={field}
              label={label}
              size="xs"
              value={String(machine[field] ?? '')}
              onChange={(value) => choose(field, value ?? '')}
              data={[{ value: '', label: follows === undefined ? 'Automatic' : `${follows.label}, auto` }, ...options]}
              comboboxProps={{ width: 'max-content', position: 'bottom-start', transitionProps: { duration: 80 } }}
            />
          )
        })}
        {NUMBERS.map(({ field, label, ...bounds }) => (
          <NumberInput
            key={field}
            label={label}
            size="xs"
            {...bounds}
            allowDecimal={false}
            clampBehavior="blur"
            placeholder={automatic.value(field) ?? 'Automatic'}
            value={machine[field] ?? ''}
            onChange={(value) => choose(field, String(value))}
          />
        ))}
      </div>
      {automatic.problem !== null && <ErrorNotice error={automatic.problem} />}
    </details>
  )
}
