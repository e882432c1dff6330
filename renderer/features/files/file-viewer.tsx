import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { type KeyboardEvent, lazy, Suspense, useState } from 'react'
import type { Edit } from '#shared/edits/edit'
import type { FileContent } from '#shared/edits/file-edits'
import { EDITABLE_BYTES, type FileView, SHOWN_BINARY_BYTES } from '#shared/images/guest-listing'
import { formatBytes } from '#shared/text/bytes'
import { encodeUnits, lineEndsOf, type TextEncoding } from '#shared/text/text-encoding'
import { viewQuery } from '../../api/file-queries.js'
import { Badge } from '../../components/badge.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { Note } from '../../components/note.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './file-viewer.module.css'
import type { OpenFile } from './files-view.js'
import { HexView } from './hex-view.js'

const TextEditor = lazy(() => import('./text-editor.js').then(({ TextEditor: component }) => ({ default: component })))

const ENCODING_WORDS: Readonly<Record<TextEncoding, string>> = { 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16 LE', 'latin-1': 'Latin-1' }
const END_WORDS = { lf: 'LF', crlf: 'CRLF', mixed: 'mixed line ends', none: 'no line end' } as const

interface FileViewerProps {
  readonly path: string
  readonly file: OpenFile
  readonly edits: readonly Edit[]
  readonly writable: boolean
  readonly onTyped: (text: string | null) => void
  readonly onStage: (view: FileView & { kind: 'text' }, content: FileContent) => void
  readonly onExtract: () => void
  readonly onClose: () => void
}

/** A file of the image: text to read and change, bytes to look at. Closing asks when something was typed that is not staged. */
export function FileViewer({ path, file, edits, writable, onTyped, onStage, onExtract, onClose }: FileViewerProps) {
  const [offset, setOffset] = useState(0)
  const [asking, setAsking] = useState(false)
  const query = useQuery(viewQuery(path, file.place, edits, offset))
  const view = query.data
  const editable = view?.kind === 'text' && !view.truncated && writable
  const encoded = view?.kind === 'text' && file.typed !== null ? encode(file.typed, view.encoding) : null

  const close = () => (file.typed === null ? onClose() : setAsking(true))
  const stage = () => {
    if (view?.kind === 'text' && encoded !== null) onStage(view, encoded)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Keys of the window behind must not act on it from here
    if (event.ctrlKey || event.metaKey) event.stopPropagation()
    if (event.key === 'Escape' && !event.defaultPrevented) close()
    else if (event.ctrlKey && event.key.toLowerCase() === 's') {
      event.preventDefault()
      stage()
    } else if (event.ctrlKey && ['w', 'o', 'k'].includes(event.key.toLowerCase())) event.preventDefault()
  }

  return (
    <Modal
      opened
      onClose={close}
      closeOnEscape={false}
      returnFocus={false}
      title={<Title file={file} />}
      size={1040}
      classNames={{ body: styles.body ?? '' }}
      closeButtonProps={{ 'aria-label': 'Close' }}
      onKeyDown={onKeyDown}
    >
      <Facts view={view} />
      <div className={styles.content}>
        {query.isPending ? (
          <div className={styles.state} role="status" aria-label="Reading the file">
            <SkeletonRows rows={10} height={13} gap={11} />
          </div>
        ) : query.isError ? (
          <div className={styles.state}>
            <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
          </div>
        ) : query.data.kind === 'text' ? (
          <Suspense fallback={null}>
            <TextEditor
              key={`${query.data.partition}${query.data.path}`}
              name={visibleText(file.name)}
              text={file.typed ?? query.data.text}
              original={query.data.text}
              readOnly={!editable}
              onTyped={onTyped}
            />
          </Suspense>
        ) : (
          <HexView name={visibleText(file.name)} base64={query.data.base64} offset={query.data.offset} />
        )}
      </div>
      <footer className={styles.footer}>
        {asking ? (
          <>
            <span className={styles.question} role="alert">
              What you typed is not staged.
            </span>
            <Button data-autofocus onClick={() => setAsking(false)}>
              Keep editing
            </Button>
            <Button
              data-danger
              onClick={() => {
                onTyped(null)
                onClose()
              }}
            >
              Discard
            </Button>
          </>
        ) : (
          <>
            {view?.kind === 'binary' && view.sizeBytes > SHOWN_BINARY_BYTES && <Pages view={view} onOffset={setOffset} />}
            <span className={styles.hint}>{hintOf(view, writable, encoded === null && file.typed !== null)}</span>
            <Button leftSection={<Download size={15} aria-hidden />} onClick={onExtract}>
              Extract…
            </Button>
          </>
        )}
        {editable && (
          <Button variant="filled" disabled={encoded === null} onClick={stage} title="Ctrl S">
            Stage change
          </Button>
        )}
      </footer>
    </Modal>
  )
}

function Title({ file }: { readonly file: OpenFile }) {
  return (
    <span className={styles.title}>
      <bdi className="mono">{visibleText(file.place.path)}</bdi>
      {file.typed !== null && <Badge tone="amber">not staged</Badge>}
    </span>
  )
}

function Facts({ view }: { readonly view: FileView | undefined }) {
  if (view === undefined) return null
  const size = formatBytes(view.sizeBytes)
  if (view.kind === 'binary') {
    return (
      <div className={styles.facts}>
        <span>{size}</span>
        <span>no text: shown as bytes</span>
      </div>
    )
  }
  return (
    <>
      <div className={styles.facts}>
        <span>{size}</span>
        <span>{ENCODING_WORDS[view.encoding]}</span>
        <span>{END_WORDS[lineEndsOf(view.text)]}</span>
      </div>
      {view.truncated && (
        <div className={styles.note}>
          <Note tone="amber" title={`Too large to edit here: ${size}, the limit is ${formatBytes(EDITABLE_BYTES)}`}>
            <p>This is its beginning. Extract it, change the copy, then replace it in the image.</p>
          </Note>
        </div>
      )}
    </>
  )
}

function hintOf(view: FileView | undefined, writable: boolean, cannotEncode: boolean): string {
  if (view?.kind === 'text' && cannotEncode) return `${ENCODING_WORDS[view.encoding]} has no place for a character that you typed`
  if (view?.kind === 'text' && !writable) return 'This file system can only be read'
  return view?.kind === 'text' && !view.truncated ? 'Nothing is written until you save the image' : ''
}

function Pages({ view, onOffset }: { readonly view: FileView & { kind: 'binary' }; readonly onOffset: (offset: number) => void }) {
  const last = Math.floor((view.sizeBytes - 1) / SHOWN_BINARY_BYTES) * SHOWN_BINARY_BYTES
  return (
    <span className={styles.pages}>
      <Button size="xs" disabled={view.offset === 0} onClick={() => onOffset(0)}>
        Start
      </Button>
      <Button size="xs" disabled={view.offset === 0} onClick={() => onOffset(Math.max(0, view.offset - SHOWN_BINARY_BYTES))}>
        Back
      </Button>
      <Button size="xs" disabled={!view.truncated} onClick={() => onOffset(view.offset + SHOWN_BINARY_BYTES)}>
        Next 64 KiB
      </Button>
      <Button size="xs" disabled={!view.truncated} onClick={() => onOffset(last)}>
        End
      </Button>
    </span>
  )
}

/** Null where the encoding of the file cannot hold the text. */
function encode(text: string, encoding: TextEncoding): FileContent | null {
  if (encoding === 'utf-8') return { text }
  const bytes = encodeUnits(text, encoding)
  if (bytes === null) return null
  let characters = ''
  for (const byte of bytes) characters += String.fromCharCode(byte)
  return { base64: btoa(characters) }
}
