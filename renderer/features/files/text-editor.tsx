import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { lineEndsOf } from '#shared/text/text-encoding'
import { styleNonce } from '../../components/style-nonce.js'
import styles from './file-viewer.module.css'

const LOOK = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--dw-text)', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--dw-mono)', lineHeight: '1.6', fontVariantLigatures: 'none' },
  '.cm-gutters': { backgroundColor: 'var(--dw-sunken)', color: 'var(--dw-faint)', borderRight: '1px solid var(--dw-line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--dw-accent-soft) 45%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--dw-text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--dw-accent-soft) !important' },
  '.cm-specialChar': { color: 'var(--dw-red)' },
  '.cm-panels': { backgroundColor: 'var(--dw-sunken)', color: 'var(--dw-text)', borderColor: 'var(--dw-line) !important' },
  '.cm-panel.cm-search': { padding: '8px 34px 8px 12px', fontFamily: 'var(--dw-font)', fontSize: '12.5px' },
  '.cm-panel.cm-search label': { fontSize: '12.5px' },
  '.cm-textfield': {
    backgroundColor: 'var(--dw-surface)',
    color: 'var(--dw-text)',
    border: '1px solid var(--dw-line-strong)',
    borderRadius: 'var(--dw-radius-s)',
    fontSize: '12.5px',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--dw-surface)',
    color: 'var(--dw-text)',
    border: '1px solid var(--dw-line-strong)',
    borderRadius: 'var(--dw-radius-s)',
    fontSize: '12.5px',
  },
  '.cm-panel.cm-search [name=close]': { color: 'var(--dw-dim)', fontSize: '16px', padding: '2px 8px' },
  '.cm-searchMatch': { backgroundColor: 'var(--dw-amber-soft)', outline: '1px solid var(--dw-amber)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--dw-accent-soft)', outline: '2px solid var(--dw-accent)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--dw-amber-soft)' },
})

interface TextEditorProps {
  readonly name: string
  readonly text: string
  readonly readOnly: boolean
  /** Called with the text when it is another one than `original`, else with null. */
  readonly original: string
  readonly onTyped: (text: string | null) => void
}

/** Text with line numbers and search. Line ends stay what they are: `\r\n` throughout, or `\n` with each `\r` a character of its line. */
export function TextEditor({ name, text, readOnly, original, onTyped }: TextEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  // What is typed is the editor's own: it begins with the text, and is not made anew with it
  const [start] = useState(text)
  const typed = useEffectEvent((now: string) => onTyped(now === original ? null : now))

  useEffect(() => {
    const parent = host.current
    if (parent === null) return
    const listener = EditorView.updateListener.of((update) => {
      if (update.docChanged) typed(update.state.sliceDoc())
    })
    const view = new EditorView({
      parent,
      state: EditorState.create({ doc: start, extensions: [...extensionsFor(name, start, readOnly), listener] }),
    })
    view.focus()
    return () => view.destroy()
  }, [name, start, readOnly])

  return <div ref={host} className={styles.editor} />
}

function extensionsFor(name: string, text: string, readOnly: boolean): Extension[] {
  return [
    EditorView.cspNonce.of(styleNonce()),
    EditorState.lineSeparator.of(lineEndsOf(text) === 'crlf' ? '\r\n' : '\n'),
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ 'aria-label': `Content of ${name}`, spellcheck: 'false', autocorrect: 'off' }),
    lineNumbers(),
    history(),
    drawSelection(),
    highlightSpecialChars(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    search({ top: true }),
    keymap.of([...searchKeymap, ...defaultKeymap, ...historyKeymap]),
    LOOK,
  ]
}
