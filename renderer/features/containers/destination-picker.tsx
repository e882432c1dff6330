import { Button, Select, TextInput } from '@mantine/core'
import { FolderPen } from 'lucide-react'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { PathText } from '../../components/path-text.js'
import { visibleText } from '../../components/visible-text.js'
import { DESTINATION_TRANSPORTS, type Destination, destinationReference, isFileTransport, TRANSPORT_WORDS } from './destination.js'
import styles from './destination-picker.module.css'

interface DestinationPickerProps {
  readonly value: Destination
  /** For a file: its name without an ending. */
  readonly suggested: string
  readonly onChange: (value: Destination) => void
}

/** A place for a container image: a registry, podman's storage, an archive or a folder. Files are named in a dialog alone. */
export function DestinationPicker({ value, suggested, onChange }: DestinationPickerProps) {
  const { reportFailure } = useAppActions()
  const { transport } = value
  const { problem } = destinationReference(value)
  const choose = async () => {
    if (!isFileTransport(transport)) return
    const name = transport.endsWith('archive') ? `${suggested}.tar` : suggested
    const chosen = await call('containers.chooseDestination', { suggested: name, transport })
    if (chosen !== null) onChange({ ...value, chosen })
  }
  return (
    <div className={styles.picker}>
      <div className={styles.row}>
        <Select
          aria-label="Kind of place"
          w={168}
          allowDeselect={false}
          value={transport}
          onChange={(next) => next !== null && onChange({ ...value, transport: next, chosen: null })}
          data={DESTINATION_TRANSPORTS.map((id) => ({ value: id, label: TRANSPORT_WORDS[id].label }))}
        />
        {isFileTransport(transport) ? (
          <>
            <span className={styles.path}>
              {value.chosen === null ? (
                <span className="dim">No place chosen</span>
              ) : (
                <PathText path={value.chosen.reference.slice(transport.length + 1)} />
              )}
            </span>
            <Button leftSection={<FolderPen size={14} aria-hidden />} onClick={() => void choose().catch(reportFailure)}>
              Choose…
            </Button>
          </>
        ) : (
          <TextInput
            className={styles.text ?? ''}
            classNames={{ input: 'mono' }}
            aria-label={transport === 'docker' ? 'Reference at the registry' : 'Name in the storage'}
            placeholder={transport === 'docker' ? 'registry.example/team/boot:8.10' : 'localhost/boot:8.10'}
            value={value.text}
            onChange={(event) => onChange({ ...value, text: event.currentTarget.value })}
            spellCheck={false}
            data-autofocus
          />
        )}
      </div>
      {isFileTransport(transport) && transport !== 'dir' && (
        <TextInput
          size="xs"
          classNames={{ input: 'mono' }}
          aria-label="Name inside"
          placeholder={
            transport === 'docker-archive' ? 'Name inside, such as localhost/boot:8.10' : 'Name inside, such as 8.10 (may be left out)'
          }
          value={value.name}
          onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
          spellCheck={false}
        />
      )}
      <p className={styles.hint} data-problem={problem !== null || undefined} role={problem === null ? undefined : 'alert'}>
        {problem === null ? TRANSPORT_WORDS[transport].hint : `${visibleText(problem)}.`}
      </p>
    </div>
  )
}
