import { Change, MergeView } from '@codemirror/merge'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { styleNonce } from '../../components/style-nonce.js'
import styles from './file-diff.module.css'
import { wordChanges } from './word-changes.js'

const LOOK = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--dw-text)', fontSize: '12px' },
  '.cm-scroller': { fontFamily: 'var(--dw-mono)', lineHeight: '1.6', fontVariantLigatures: 'none' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--dw-faint)', border: 'none' },
  '.cm-content': { padding: '8px 0' },
  '&.cm-focused': { outline: '2px solid var(--dw-accent)', outlineOffset: '-2px' },
  '.cm-specialChar': { color: 'var(--dw-red)' },
})

function sharedExtensions(label: string): Extension {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.cspNonce.of(styleNonce()),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    lineNumbers(),
    highlightSpecialChars(),
    LOOK,
  ]
}

/** A file side by side: as it is in the image, and as it will be. */
export function FileDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const host = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const parent = host.current
    if (parent === null) return
    const view = new MergeView({
      parent,
      a: { doc: before, extensions: sharedExtensions('Before') },
      b: { doc: after, extensions: sharedExtensions('After') },
      highlightChanges: true,
      gutter: true,
      diffConfig: { override: (a, b) => wordChanges(a, b).map((change) => new Change(change.fromA, change.toA, change.fromB, change.toB)) },
      collapseUnchanged: { margin: 4, minSize: 8 },
    })
    return () => view.destroy()
  }, [before, after])

  return (
    <div>
      <div className={styles.sides}>
        <span>In the image</span>
        <span>After saving</span>
      </div>
      <div ref={host} className={styles.diff} />
    </div>
  )
}
