import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { doctorQuery, settingsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './engine-line.module.css'

/** The engine that will write, and why it is that one. */
export function EngineLine({ onLeave }: { readonly onLeave: () => void }) {
  const doctor = useQuery(doctorQuery)
  const settings = useQuery(settingsQuery)
  const { showSettings } = useAppActions()
  const wanted = settings.data?.engine ?? 'auto'
  const engine = doctor.data?.engines.find((one) => (wanted === 'auto' ? one.chosen : one.id === wanted))
  if (doctor.isPending) return <p className={styles.line}>Looking for engines…</p>
  return (
    <p className={styles.line}>
      <span>
        {engine === undefined ? (
          <strong>No engine works here.</strong>
        ) : (
          <>
            {engine.caution !== undefined && <TriangleAlert size={14} className={styles.caution} aria-label="Caution" />}
            <strong>{engine.title}</strong>
            <span className="dim">
              {'. '}
              {wanted === 'auto' ? '' : 'Chosen in Settings. '}
              {visibleText(engine.reason)}
            </span>
          </>
        )}
      </span>
      <Button
        size="xs"
        variant="subtle"
        onClick={() => {
          onLeave()
          showSettings()
        }}
      >
        Change
      </Button>
    </p>
  )
}
