import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './style/tokens.css';
import './style/layout.css';
import './style/controls.css';
import './style/state.css';
import './style/panel.css';
import './style/timeline.css';
import './style/rows.css';
import './style/away.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
