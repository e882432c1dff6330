import { Button } from '@mantine/core'
import { FolderOpen, HardDrive } from 'lucide-react'
import { Suspense } from 'react'
import { useAppActions } from '../components/app-actions.js'
import { EmptyState } from '../components/empty-state.js'
import { HomeScreen } from '../features/home/home-screen.js'
import { ContainersScreen, ConvertScreen, JobsScreen, SettingsScreen, ShipScreen, ToolsScreen, Workbench } from './lazy-parts.js'
import { useNavigation } from './navigation-store.js'
import styles from './screens.module.css'

/** The screen for where the user is. */
export function Screens() {
  return (
    <Suspense fallback={null}>
      <Screen />
    </Suspense>
  )
}

/** A view that is new does not compile until it has a screen. */
function Screen() {
  const view = useNavigation((store) => store.view)
  switch (view.kind) {
    case 'home':
      return <HomeScreen />
    case 'images':
      return <ImagesScreen />
    case 'convert':
      return <ConvertScreen />
    case 'containers':
      return <ContainersScreen />
    case 'ship':
      return <ShipScreen />
    case 'jobs':
      return <JobsScreen selected={view.selected} />
    case 'tools':
      return <ToolsScreen />
    case 'settings':
      return <SettingsScreen />
  }
}

function ImagesScreen() {
  const image = useNavigation((store) => store.images.find((one) => one.path === store.active))
  const { chooseImages } = useAppActions()
  if (image !== undefined) return <Workbench key={image.path} path={image.path} tab={image.tab} />
  return (
    <div className={styles.none}>
      <h1 className={styles.hidden}>Images</h1>
      <EmptyState
        icon={HardDrive}
        title="No image is open"
        actions={
          <Button variant="filled" leftSection={<FolderOpen size={16} aria-hidden />} onClick={chooseImages}>
            Open image…
          </Button>
        }
      >
        <p>Drop one anywhere in this window, or pick one. Each open image gets a tab above.</p>
      </EmptyState>
    </div>
  )
}
