// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import type { FieldValue, FieldValues } from '#shared/clouds/field'
import { withDefaults } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import { renderInApp, sampleActions } from '../../boot-entries/testing/sample-core.js'
import { type Answers, fakeBridge } from '../../containers/testing/sample-containers.js'
import { useShipStore } from '../ship-store.js'
import { SAMPLE_FIELDS } from '../testing/sample-form.js'
import { FieldView } from './field-view.js'

const KEYRING = { 'containers.signIns': () => ({ signIns: [], keyring: 'KWallet' }) }

/** One field of the sample form, filled in as in the wizard. */
function Filled({
  id,
  first,
  onValue,
}: {
  readonly id: string
  readonly first: FieldValues
  readonly onValue: (value: FieldValue) => void
}) {
  const [raw, setRaw] = useState(first)
  const field = SAMPLE_FIELDS.find((one) => one.id === id)
  if (field === undefined) throw new Error(`there is no field ${id}`)
  const context = { provider: 's3', upload: 'u1', facts: null, fields: SAMPLE_FIELDS, values: withDefaults(SAMPLE_FIELDS, raw) } as const
  return (
    <FieldView
      field={field}
      value={raw[id] ?? field.default}
      problem={undefined}
      context={context}
      onChange={(value) => {
        onValue(value)
        setRaw({ ...raw, [id]: value })
      }}
    />
  )
}

function show(id: string, { first = {}, answers = {} }: { readonly first?: FieldValues; readonly answers?: Answers } = {}) {
  const bridge = fakeBridge({ ...KEYRING, ...answers })
  const values: FieldValue[] = []
  renderInApp(<Filled id={id} first={first} onValue={(value) => values.push(value)} />, sampleActions())
  return { ...bridge, values }
}

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('text, whole number, yes or no', () => {
  const text = show('name')
  fireEvent.change(screen.getByLabelText(/^Name/), { target: { value: 'boot' } })
  expect(text.values).toEqual(['boot'])
  cleanup()
  const number = show('cores')
  expect(screen.getByLabelText<HTMLInputElement>('Cores').value, 'the default').toBe('2')
  fireEvent.change(screen.getByLabelText('Cores'), { target: { value: '8' } })
  expect(number.values.at(-1)).toBe(8)
  cleanup()
  const flag = show('public')
  fireEvent.click(screen.getByRole('checkbox', { name: 'Everyone may read it' }))
  expect(flag.values).toEqual([true])
})

test('a choice shows what there is to know of it', async () => {
  const { values } = show('region')
  const select = screen.getByRole<HTMLInputElement>('combobox', { name: 'Region' })
  expect(select.value).toBe('North')
  fireEvent.click(select)
  expect((await screen.findByRole('option', { name: /North/, hidden: true })).textContent).toContain('Cold')
  fireEvent.click(screen.getByRole('option', { name: 'South', hidden: true }))
  expect(values).toEqual(['south'])
})

test('names and values, several texts', () => {
  const tags = show('labels', { first: { labels: { team: 'boot' } } })
  fireEvent.click(screen.getByRole('button', { name: 'Labels: add one' }))
  fireEvent.change(screen.getByLabelText('Labels: name 2'), { target: { value: 'stage' } })
  fireEvent.change(screen.getByLabelText('Labels: value 2'), { target: { value: 'one' } })
  expect(tags.values.at(-1)).toEqual({ team: 'boot', stage: 'one' })
  fireEvent.click(screen.getByRole('button', { name: 'Labels: remove team' }))
  expect(tags.values.at(-1)).toEqual({ stage: 'one' })
  cleanup()
  const list = show('regions')
  fireEvent.change(screen.getByLabelText('Copy to'), { target: { value: 'a\n\n b \n' } })
  expect(list.values).toEqual([['a', 'b']])
  expect(screen.getByLabelText<HTMLTextAreaElement>('Copy to').value, 'what is typed stays as it is').toBe('a\n\n b \n')
})

test('a file is chosen in the dialog, and can be left out again', async () => {
  const answers = { 'clouds.chooseFile': () => ({ path: '/home/mia/ca.pem' }), 'clouds.mayRead': () => ({ granted: true }) }
  const { values } = show('ca', { answers })
  fireEvent.click(screen.getByRole('button', { name: 'Certificate of the authority: choose a file' }))
  expect(await screen.findByText('ca.pem')).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Certificate of the authority: use none' }))
  expect(values).toEqual(['/home/mia/ca.pem', ''])
})

test('a file that was chosen before a restart is to be chosen again, which is said beside it', async () => {
  let granted = false
  const answers = {
    'clouds.chooseFile': () => ({ path: '/home/mia/ca.pem' }),
    'clouds.mayRead': () => ({ granted }),
  }
  show('ca', { first: { ca: '/home/mia/ca.pem' }, answers })
  expect(await screen.findByText(/choose it again, so that it may be read$/)).toBeDefined()
  granted = true
  fireEvent.click(screen.getByRole('button', { name: 'Certificate of the authority: choose a file' }))
  await waitFor(() => expect(screen.queryByText(/choose it again/)).toBeNull())
})

test('a secret is handed over when its field is left; only a name for it stays', async () => {
  const { asked, values } = show('token', {
    answers: { 'clouds.keepSecret': ({ name, keep }: { name: string; keep: string }) => ({ reference: `${keep}:${name}` }) },
  })
  fireEvent.change(screen.getByLabelText(/^Token/), { target: { value: 'open sesame' } })
  fireEvent.click(await screen.findByRole('radio', { name: 'In KWallet, for next time' }))
  fireEvent.blur(screen.getByLabelText(/^Token/))
  await waitFor(() => expect(values).toEqual(['keyring:s3 token']))
  expect(asked('clouds.keepSecret')).toEqual([{ name: 's3 token', secret: 'open sesame', keep: 'keyring' }])
  expect(screen.getByText('kept in the keyring, encrypted by the system')).toBeDefined()
  expect(document.body.innerHTML).not.toContain('open sesame')
  fireEvent.click(screen.getByRole('button', { name: 'Token: type another one' }))
  expect(screen.getByLabelText<HTMLInputElement>(/^Token/).value).toBe('')
})

test('a secret that cannot be kept stays in its field', async () => {
  show('token', {
    answers: {
      'clouds.keepSecret': () => {
        throw new AppError('bad-input', { details: { reason: 'There is no keyring' } })
      },
    },
  })
  const field = screen.getByLabelText<HTMLInputElement>(/^Token/)
  fireEvent.change(field, { target: { value: 'open sesame' } })
  fireEvent.blur(field)
  expect(await screen.findByText(/There is no keyring/)).toBeDefined()
  expect(field.value).toBe('open sesame')
})

test('choices of the provider: called by their names, and what is typed is taken', async () => {
  const { values, asked } = show('bucket', {
    answers: { 'clouds.choices': () => [{ value: 'id-1', label: 'images', help: 'in the north' }] },
  })
  const field = screen.getByLabelText<HTMLInputElement>(/^Bucket/)
  expect(await screen.findByText('1 choice')).toBeDefined()
  fireEvent.click(field)
  fireEvent.click(await screen.findByRole('option', { name: /images/, hidden: true }))
  expect(values).toEqual(['id-1'])
  expect(field.value).toBe('images')
  fireEvent.change(field, { target: { value: 'elsewhere' } })
  fireEvent.blur(field)
  expect(values.at(-1)).toBe('elsewhere')
  expect(await screen.findByText('Not in the list of 1; it is taken as it is.')).toBeDefined()
  expect(asked('clouds.choices')[0]).toMatchObject({ provider: 's3', field: 'bucket', values: { region: 'north' } })
})

test('a list that is refused says why, can be asked for again, and is no dead end', async () => {
  let refuses = true
  const { values } = show('bucket', {
    answers: {
      'clouds.choices': () => {
        if (refuses) throw new AppError('cloud-denied', { details: { service: 'Sample', what: 'list buckets' } })
        return []
      },
    },
  })
  expect(await screen.findByText('This account may not list buckets.')).toBeDefined()
  fireEvent.change(screen.getByLabelText(/^Bucket/), { target: { value: 'mine' } })
  fireEvent.blur(screen.getByLabelText(/^Bucket/))
  expect(values).toEqual(['mine'])
  refuses = false
  fireEvent.click(screen.getByRole('button', { name: 'Ask again for Bucket' }))
  expect(await screen.findByText('There is none in the list; what was typed is taken as it is.')).toBeDefined()
})

test('a list behind a certificate that nobody trusts leads to where that is mended', async () => {
  useShipStore.getState().ship(['/images/boot.qcow2'])
  useShipStore.getState().go('/images/boot.qcow2', 'destination')
  show('bucket', {
    answers: {
      'clouds.choices': () => {
        throw new AppError('cloud-untrusted', { details: { service: 'Sample' } })
      },
    },
  })
  fireEvent.click(await screen.findByRole('button', { name: 'Trust it…' }))
  expect(useShipStore.getState()).toMatchObject({ wanted: 'ca', drafts: { '/images/boot.qcow2': { step: 'account' } } })
})
