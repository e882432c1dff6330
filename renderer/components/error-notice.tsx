import { Button } from '@mantine/core'
import { CircleAlert, LogIn, Package, RotateCw, TriangleAlert } from 'lucide-react'
import { type ErrorAction, toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { useAppActions } from './app-actions.js'
import { CommandBlock } from './command-block.js'
import styles from './error-notice.module.css'
import { visibleLines, visibleText } from './visible-text.js'

interface ErrorNoticeProps {
  readonly error: unknown
  /** Amber: nothing failed, it waits for someone. */
  readonly tone?: 'red' | 'amber'
  readonly onRetry?: (() => void) | undefined
  readonly onChooseOutput?: (() => void) | undefined
}

/** What happened, the likely cause and the next step; what the tool printed is folded below, never lost. */
export function ErrorNotice({ error, tone = 'red', onRetry, onChooseOutput }: ErrorNoticeProps) {
  const { data } = toAppError(error)
  const words = describeError(data)
  const toolOutput = data.toolOutput ?? ''
  return (
    <div className={styles.notice} data-tone={tone} role="alert">
      <CircleAlert size={18} className={styles.icon} aria-hidden />
      <div className={styles.body}>
        <p className={styles.title}>{visibleText(words.title)}</p>
        {words.detail !== '' && <p className={styles.detail}>{visibleText(words.detail)}</p>}
        {words.next !== '' && <p className={styles.next}>{visibleText(words.next)}</p>}
        <div className={styles.actions}>
          <NextSteps actions={data.actions} onRetry={onRetry} onChooseOutput={onChooseOutput} />
        </div>
        {(toolOutput !== '' || data.command !== undefined) && (
          <details className={styles.raw}>
            <summary>What the tool said</summary>
            {data.command !== undefined && <CommandBlock commands={[data.command]} />}
            {toolOutput !== '' && (
              // A region that scrolls must be reachable by keyboard
              <pre className={styles.output} tabIndex={0} aria-label="Output of the tool">
                {visibleLines(toolOutput)}
              </pre>
            )}
          </details>
        )}
      </div>
    </div>
  )
}

interface NextStepsProps {
  readonly actions: readonly ErrorAction[]
  readonly onRetry: (() => void) | undefined
  readonly onChooseOutput: (() => void) | undefined
}

function NextSteps({ actions, onRetry, onChooseOutput }: NextStepsProps) {
  const { showTools, showSettings, openContainer, signIn, allowPlainHttp } = useAppActions()
  const has = (kind: ErrorAction['kind']) => actions.some((action) => action.kind === kind)
  const asks = actions.find((action) => action.kind === 'sign-in')
  const plain = actions.find((action) => action.kind === 'use-plain-http')
  const container = actions.find((action) => action.kind === 'open-container')
  return (
    <>
      {asks !== undefined && (
        <Button size="xs" variant="filled" leftSection={<LogIn size={14} aria-hidden />} onClick={() => signIn(asks.registry, onRetry)}>
          Sign in…
        </Button>
      )}
      {plain !== undefined && (
        <Button
          size="xs"
          data-danger
          leftSection={<TriangleAlert size={14} aria-hidden />}
          onClick={() => {
            allowPlainHttp(plain.registry)
            onRetry?.()
          }}
        >
          Use plain HTTP for {plain.registry} this time
        </Button>
      )}
      {container !== undefined && (
        <Button size="xs" leftSection={<Package size={14} aria-hidden />} onClick={() => openContainer(container.reference)}>
          Open as container image
        </Button>
      )}
      {onRetry !== undefined && (
        <Button size="xs" leftSection={<RotateCw size={14} aria-hidden />} onClick={onRetry}>
          {has('reload') ? 'Reload' : 'Try again'}
        </Button>
      )}
      {has('install-tool') && (
        <Button size="xs" onClick={showTools}>
          Show how to install it
        </Button>
      )}
      {has('choose-engine') && (
        <Button size="xs" onClick={showSettings}>
          Choose another engine
        </Button>
      )}
      {(has('choose-output') || has('free-space')) && onChooseOutput !== undefined && (
        <Button size="xs" onClick={onChooseOutput}>
          Choose another place…
        </Button>
      )}
    </>
  )
}
