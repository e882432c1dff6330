// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { renderInApp, sampleActions } from '../boot-entries/testing/sample-core.js'
import { useContainersStore } from './containers-store.js'
import { SignInDialog } from './sign-in-dialog.js'
import { useSignInStore } from './sign-in-store.js'
import { type Answers, fakeBridge } from './testing/sample-containers.js'

const HOST = 'registry.example:5000'

function show(answers: Answers, goOn = () => {}) {
  const bridge = fakeBridge({ 'containers.signIns': () => ({ signIns: [], keyring: null }), ...answers })
  useSignInStore.getState().ask(HOST, goOn)
  renderInApp(<SignInDialog registry={HOST} />, sampleActions())
  return bridge
}

async function fill(secret: string) {
  fireEvent.change(await screen.findByRole('textbox', { name: 'User' }), { target: { value: ' mia ' } })
  fireEvent.change(screen.getByLabelText('Password or token'), { target: { value: secret } })
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
}

afterEach(() => {
  cleanup()
  useSignInStore.getState().close()
  useContainersStore.setState(useContainersStore.getInitialState(), true)
  vi.unstubAllGlobals()
})

test('a refusal keeps the dialog; with the right password what was refused goes on', async () => {
  const goOn = vi.fn()
  useContainersStore.getState().allowPlainHttp(HOST)
  const { asked } = show(
    {
      'containers.signIn': ({ secret }: { secret: string }) => {
        if (secret !== 'right') throw new AppError('sign-in-needed', { details: { registry: HOST, user: 'mia' } })
        return { registry: HOST, user: 'mia', kept: 'session', where: null }
      },
    },
    goOn,
  )
  await fill('wrong')
  expect(await screen.findByText('The registry refused this sign-in')).toBeDefined()
  expect(goOn).not.toHaveBeenCalled()
  await fill('right')
  await waitFor(() => expect(goOn).toHaveBeenCalledOnce())
  expect(useSignInStore.getState().registry).toBeNull()
  expect(asked('containers.signIn').at(-1)).toEqual({
    registry: HOST,
    user: 'mia',
    secret: 'right',
    keep: 'session',
    access: { plainHttp: true },
  })
})

test('where it is kept is said plainly; a keyring is only offered where it encrypts', async () => {
  const { asked } = show({ 'containers.signIn': () => ({ registry: HOST, user: 'mia', kept: 'auth-file', where: null }) })
  expect((await screen.findByRole<HTMLInputElement>('radio', { name: 'In the keyring' })).disabled).toBe(true)
  fireEvent.click(screen.getByRole('radio', { name: "In podman's auth file" }))
  await fill('right')
  await waitFor(() => expect(asked('containers.signIn')[0]).toMatchObject({ keep: 'auth-file' }))
})
