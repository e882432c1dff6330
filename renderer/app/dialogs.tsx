import { Suspense } from 'react'
import { useSignInStore } from '../features/containers/sign-in-store.js'
import {
  BootTestDialog,
  CloseDialog,
  ConvertDialog,
  ExportRecipeDialog,
  PackageDialog,
  RecipeDialog,
  SaveDialog,
  SignInDialog,
} from './lazy-parts.js'
import { useNavigation } from './navigation-store.js'

/** The dialog that is open, if one is. */
export function Dialogs() {
  return (
    <Suspense fallback={null}>
      <OpenDialog />
      <SignIn />
    </Suspense>
  )
}

function OpenDialog() {
  const dialog = useNavigation((store) => store.dialog)
  const openDialog = useNavigation((store) => store.openDialog)
  const images = useNavigation((store) => store.images)
  const close = () => openDialog(null)
  switch (dialog?.kind) {
    case undefined:
      return null
    case 'convert':
      return (
        <ConvertDialog
          key={dialog.paths.join('\n')}
          paths={dialog.paths}
          target={dialog.target ?? null}
          others={images.map(({ path }) => path).filter((path) => !dialog.paths.includes(path))}
          onClose={close}
        />
      )
    case 'save':
      return (
        <SaveDialog
          key={`${dialog.mode}${dialog.path}`}
          path={dialog.path}
          mode={dialog.mode}
          target={dialog.target ?? null}
          onClose={close}
        />
      )
    case 'recipe':
      return (
        <RecipeDialog
          key={dialog.file}
          file={dialog.file}
          refused={dialog.refused}
          images={images.map(({ path }) => path)}
          onClose={close}
        />
      )
    case 'export-recipe':
      return <ExportRecipeDialog key={dialog.path} path={dialog.path} onClose={close} />
    case 'package':
      return <PackageDialog key={dialog.path} path={dialog.path} onClose={close} />
    case 'boot-test':
      return <BootTestDialog key={dialog.path} path={dialog.path} onClose={close} />
    case 'close':
      return <CloseDialog path={dialog.path} edits={dialog.edits} onClose={close} />
  }
}

/** Another dialog may be below: what it was doing goes on after the sign-in. */
function SignIn() {
  const registry = useSignInStore((store) => store.registry)
  return registry === null ? null : <SignInDialog key={registry} registry={registry} />
}
