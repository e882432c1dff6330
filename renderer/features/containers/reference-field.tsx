import { Button, Menu, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { FileArchive, Folder, FolderOpen, Search } from 'lucide-react'
import { type ReactNode, type Ref, useState } from 'react'
import { toAppError } from '#shared/errors/app-error'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { visibleText } from '../../components/visible-text.js'
import { resolveQuery } from './container-queries.js'
import styles from './reference-field.module.css'

const SETTLED_MS = 250

interface ReferenceFieldProps {
  readonly text: string
  readonly onType: (text: string) => void
  readonly onAsk: (text: string) => void
  readonly inputRef?: Ref<HTMLInputElement>
  readonly autoFocus?: boolean
}

/** A container image by its reference, as people paste it, or by the file it lies in. What is wrong with it is said while it is typed. */
export function ReferenceField({ text, onType, onAsk, inputRef, autoFocus = false }: ReferenceFieldProps) {
  const [settled] = useDebouncedValue(text.trim(), SETTLED_MS)
  const resolved = useQuery({ ...resolveQuery(settled), enabled: settled !== '' })
  const isCurrent = settled === text.trim() && settled !== ''
  const problem = isCurrent && resolved.isError ? problemOf(resolved.error) : null
  const ask = (wanted: string) => {
    if (wanted.trim() !== '') onAsk(wanted.trim())
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        ask(text)
      }}
    >
      <div className={styles.row}>
        <TextInput
          ref={inputRef}
          className={styles.field ?? ''}
          classNames={{ input: 'mono' }}
          aria-label="Container image"
          placeholder="registry.example/team/boot:8.10"
          value={text}
          onChange={(event) => onType(event.currentTarget.value)}
          error={problem !== null}
          spellCheck={false}
          autoComplete="off"
          data-autofocus={autoFocus || undefined}
          aria-describedby="reference-words"
        />
        <Button type="submit" variant="filled" leftSection={<Search size={16} aria-hidden />} disabled={text.trim() === ''}>
          Look into it
        </Button>
        <ChooseArchive onChosen={ask} />
      </div>
      <p
        id="reference-words"
        className={styles.words}
        data-problem={problem !== null || undefined}
        role={problem === null ? undefined : 'alert'}
      >
        {problem ?? <Meaning references={isCurrent ? resolved.data?.references : undefined} />}
      </p>
    </form>
  )
}

/** What is wrong with the text itself; null where it is read well and only leads nowhere. */
export function problemOf(error: unknown): string | null {
  const { code, details } = toAppError(error).data
  if (code !== 'bad-input') return null
  const reason = details.reason ?? details.message
  return `This is no reference of a container image${reason === undefined ? '' : `: ${visibleText(String(reason))}`}.`
}

function Meaning({ references }: { readonly references: readonly string[] | undefined }): ReactNode {
  if (references === undefined || references.length === 0)
    return 'Of a registry, by tag or digest; or oci:, oci-archive:, docker-archive:, dir: and containers-storage:'
  if (references.length > 1) return `A short name: it may be at ${references.length} registries`
  return <span className="mono">{visibleText(references[0] ?? '')}</span>
}

function ChooseArchive({ onChosen }: { readonly onChosen: (reference: string) => void }) {
  const { reportFailure } = useAppActions()
  const [busy, setBusy] = useState(false)
  const choose = (of: 'archive' | 'folder') => {
    setBusy(true)
    call('containers.chooseArchive', { of })
      .then((chosen) => chosen !== null && onChosen(chosen.reference), reportFailure)
      .finally(() => setBusy(false))
  }
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <Button leftSection={<FolderOpen size={16} aria-hidden />} disabled={busy}>
          From a file…
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<FileArchive size={14} aria-hidden />} onClick={() => choose('archive')}>
          Archive (docker save, oci-archive)…
        </Menu.Item>
        <Menu.Item leftSection={<Folder size={14} aria-hidden />} onClick={() => choose('folder')}>
          Folder (OCI layout, dir)…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
