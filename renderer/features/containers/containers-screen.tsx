import { Tabs } from '@mantine/core'
import { KeyRound, PackageOpen, Warehouse } from 'lucide-react'
import { type ContainersTab, useContainersStore } from './containers-store.js'
import styles from './containers-screen.module.css'
import { OpenTab } from './open-tab.js'
import { SignInsTab } from './sign-ins-tab.js'
import { StorageTab } from './storage-tab.js'

/** Container images: take a disk out of one, see what lies on this machine, and who is signed in where. */
export function ContainersScreen() {
  const tab = useContainersStore((store) => store.tab)
  const show = useContainersStore((store) => store.show)
  return (
    <div className={styles.screen}>
      <h1>Containers</h1>
      <Tabs value={tab} onChange={(value) => show((value ?? 'open') as ContainersTab)} keepMounted={false} className={styles.tabs ?? ''}>
        <Tabs.List aria-label="Parts of Containers">
          <Tabs.Tab value="open" leftSection={<PackageOpen size={15} aria-hidden />}>
            Open from image
          </Tabs.Tab>
          <Tabs.Tab value="storage" leftSection={<Warehouse size={15} aria-hidden />}>
            Local storage
          </Tabs.Tab>
          <Tabs.Tab value="sign-ins" leftSection={<KeyRound size={15} aria-hidden />}>
            Sign-ins
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="open" className={styles.panel ?? ''}>
          <OpenTab />
        </Tabs.Panel>
        <Tabs.Panel value="storage" className={styles.panel ?? ''}>
          <StorageTab />
        </Tabs.Panel>
        <Tabs.Panel value="sign-ins" className={styles.panel ?? ''}>
          <SignInsTab />
        </Tabs.Panel>
      </Tabs>
    </div>
  )
}
