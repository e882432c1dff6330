import { Checkbox, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { settingsQuery } from '../../api/queries.js'
import { count } from '../../components/format.js'
import { groupedArtifacts } from './artifact-groups.js'
import { useConvertStore } from './convert-store.js'
import styles from './target-list.module.css'

/** What to make of every image, by the kind of the platform; those that were used last come first. */
export function TargetList() {
  const [search, setSearch] = useState('')
  const chosen = useConvertStore((store) => store.artifacts)
  const { toggle } = useConvertStore.getState()
  const { data: settings } = useQuery(settingsQuery)
  const groups = groupedArtifacts(search, settings?.convertTargets ?? [])
  return (
    <section className={`card ${styles.panel}`} aria-label="Targets">
      <header className={styles.header}>
        <h2>Targets</h2>
        <span className="dim">{chosen.length === 0 ? 'none ticked' : `${chosen.length} ticked`}</span>
      </header>
      <TextInput
        size="xs"
        aria-label="Search targets"
        placeholder="Search: ova, gen 2, openstack"
        leftSection={<Search size={13} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <div className={styles.list}>
        {groups.map(({ name, artifacts }) => (
          <fieldset key={name} className={styles.group}>
            <legend>{name}</legend>
            {artifacts.map((artifact) => (
              <Checkbox
                key={artifact.id}
                size="xs"
                checked={chosen.includes(artifact.id)}
                onChange={() => toggle(artifact.id)}
                label={artifact.name}
                description={artifact.hint}
                classNames={{ root: styles.target ?? '', label: styles.name ?? '', description: styles.hint ?? '' }}
              />
            ))}
          </fieldset>
        ))}
        {groups.length === 0 && <p className={styles.none}>No target matches “{search}”.</p>}
      </div>
      <p className={styles.hidden} role="status">
        {search === ''
          ? ''
          : `${count(
              groups.reduce((sum, { artifacts }) => sum + artifacts.length, 0),
              'target',
            )} found`}
      </p>
    </section>
  )
}
