// What opens below a button and closes again: by Escape, and by a press anywhere else.
import { useEffect, useRef, useState } from 'react';

/** [open, setOpen, box]: `box` is the ref of the element that holds both the button and what it opens. */
export function usePopover() {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event) => { if (!box.current?.contains(event.target)) setOpen(false); };
    const escape = (event) => { if (event.key === 'Escape') setOpen(false); };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('keydown', escape);
    };
  }, [open]);
  return [open, setOpen, box];
}
