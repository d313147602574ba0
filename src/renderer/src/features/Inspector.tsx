import { useEffect, useState } from 'react'
import { Splitter } from '../components/Splitter.tsx'
import { useApp, useSettings } from '../stores/context.ts'
import { DetailPane } from './detail/DetailPane.tsx'
import { Drawer } from './drawer/Drawer.tsx'
import styles from './Inspector.module.css'
import { ListPane } from './list/ListPane.tsx'
import { Banners } from './status/Banners.tsx'
import { TopBar } from './status/TopBar.tsx'

const LEAST_DETAIL = 320
const LEAST_LIST = 580

/** The screen of a connected inspector: bar, list, detail, drawer. */
export function Inspector() {
  const { settings } = useApp()
  const wanted = useSettings((state) => state.detailWidth)
  const most = Math.max(LEAST_DETAIL, useWindowWidth() - LEAST_LIST)
  const width = Math.min(wanted, most)
  return (
    <div className={styles.inspector}>
      <TopBar />
      <Banners />
      <main className={styles.main}>
        <ListPane />
        <Splitter
          label="Width of the session detail"
          orientation="vertical"
          size={width}
          min={LEAST_DETAIL}
          max={most}
          onResize={(detailWidth) => settings.setState({ detailWidth: Math.min(detailWidth, 1200) })}
        />
        <div className={styles.detail} style={{ width }}>
          <DetailPane />
        </div>
      </main>
      <Drawer />
    </div>
  )
}

function useWindowWidth(): number {
  const [width, setWidth] = useState(window.innerWidth)
  useEffect(() => {
    const resize = () => setWidth(window.innerWidth)
    window.addEventListener('resize', resize)
    return () => window.removeEventListener('resize', resize)
  }, [])
  return width
}
