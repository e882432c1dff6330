import { closestArguments } from '#shared/boot/arguments/closest-argument'
import { explainArgument } from '#shared/boot/arguments/explain-argument'
import { visibleText } from '../../components/visible-text.js'
import styles from './did-you-mean.module.css'

interface DidYouMeanProps {
  /** What is being typed, argument by argument. */
  readonly args: readonly string[]
  /** Puts the name that was meant in the place of `arg`. */
  readonly onTake: (arg: string, meant: string) => void
}

/** While an argument is typed: what it does, or what was probably meant. */
export function DidYouMean({ args, onTake }: DidYouMeanProps) {
  const near = args.map((arg) => ({ arg, meant: closestArguments(arg) })).find(({ meant }) => meant.length > 0)
  if (near !== undefined) {
    return (
      <p className={styles.line} role="status">
        <span>Did you mean</span>
        {near.meant.map((meant) => (
          <button
            key={meant}
            type="button"
            className={styles.meant}
            // The box that is typed in keeps the focus, so it does not take this for the end of typing
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onTake(near.arg, meant)}
          >
            {visibleText(meant)}
          </button>
        ))}
      </p>
    )
  }
  const help = args.length === 0 ? null : explainArgument(args.at(-1) ?? '')
  if (help === null) return null
  return (
    <p className={styles.line}>
      <span className="mono">{help.values}</span>
      <span className="dim">{help.meaning === null ? help.summary : visibleText(help.meaning)}</span>
    </p>
  )
}
