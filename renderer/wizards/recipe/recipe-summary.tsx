import { describeEdit } from '#shared/edits/describe-edit'
import type { Recipe } from '#shared/recipes/recipe'
import { count } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './recipe-dialog.module.css'

const SHOWN = 6

/** What a recipe does, before it is staged. */
export function RecipeSummary({ recipe }: { readonly recipe: Recipe }) {
  const { name, description, edits, expects = [], source } = recipe
  const origin = [source?.name, source?.os].filter((part) => part !== undefined).map(visibleText)
  return (
    <section aria-label="Recipe">
      <p>
        {name !== undefined && <strong>{visibleText(name)}: </strong>}
        {count(edits.length, 'edit')}
        {expects.length > 0 && `, ${count(expects.length, 'thing')} it expects of the image`}
        {origin.length > 0 && `, recorded on ${origin.join(', ')}`}
      </p>
      {description !== undefined && <p className="dim">{visibleText(description)}</p>}
      <ol className={styles.edits}>
        {edits.slice(0, SHOWN).map((edit, index) => (
          // Equal edits can stand twice
          <li key={index}>{visibleText(describeEdit(edit, []))}</li>
        ))}
        {edits.length > SHOWN && <li className="faint">and {edits.length - SHOWN} more</li>}
      </ol>
    </section>
  )
}
