import { Select } from '@mantine/core'
import { Cloud } from 'lucide-react'
import { useState } from 'react'
import { PLATFORM_IDS, type PlatformId } from '#shared/platforms/platform'
import { platform, PLATFORMS } from '#shared/platforms/platforms'

/** A select has no value for nothing that it would also offer. */
const NONE = 'none'
const GROUPS = ['Hypervisor', 'Cloud', 'Other'] as const
const GROUP_NAMES: Readonly<Record<(typeof GROUPS)[number], string>> = { Hypervisor: 'Hypervisors', Cloud: 'Clouds', Other: 'Other' }

const ROWS = GROUPS.map((group) => ({
  group: GROUP_NAMES[group],
  items: PLATFORMS.filter((row) => row.group === group)
    .map((row) => ({ value: row.id as string, label: row.name }))
    .toSorted((one, other) => one.label.localeCompare(other.label, 'en')),
}))

interface PlatformSelectProps {
  readonly label: string
  readonly value: PlatformId | null
  readonly onChange: (platform: PlatformId | null) => void
  /** Words for no platform. */
  readonly none?: string
  readonly width?: number | string
}

/** All platforms, by kind; typing narrows them down. */
export function PlatformSelect({ label, value, onChange, none = 'Any platform', width }: PlatformSelectProps) {
  const shown = value === null ? none : platform(value).name
  const [typed, setTyped] = useState(false)
  return (
    <Select
      aria-label={label}
      {...(width === undefined ? {} : { w: width })}
      leftSection={<Cloud size={15} aria-hidden />}
      value={value ?? NONE}
      onChange={(chosen) => onChange(PLATFORM_IDS.find((id) => id === chosen) ?? null)}
      data={[{ value: NONE, label: none }, ...ROWS]}
      searchable
      // Only what was typed makes the first one the likely one; a list that is just opened begins at the choice
      selectFirstOptionOnChange={typed}
      onSearchChange={(text) => setTyped(text !== '' && text !== shown)}
      // Fits below or above in the smallest window: a list that sticks out would scroll the window itself
      maxDropdownHeight={250}
      comboboxProps={{ width: 330, position: 'bottom-start', transitionProps: { duration: 80 } }}
      nothingFoundMessage="No platform of that name"
    />
  )
}
