import { Button } from '../../components/Button.tsx'
import styles from './Boxes.module.css'

interface CookieOfferProps {
  readonly onFind: () => void
  readonly onFilter: () => void
}

/** What was pasted into the filter is a cookie: that leads to a session in another way. */
export function CookieOffer({ onFind, onFilter }: CookieOfferProps) {
  return (
    <div role="status" className={styles.offer}>
      <p>
        That is a cookie, or has one in it. <span className={styles.aside}>Enter finds its session.</span>
      </p>
      <div className={styles.choices}>
        <Button small onClick={onFilter}>
          Filter by it
        </Button>
        <Button small kind="primary" onClick={onFind}>
          Find its session
        </Button>
      </div>
    </div>
  )
}
