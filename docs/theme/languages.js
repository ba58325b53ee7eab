// Turns each <div class="languages"> into tabs, one for each heading in it. The language that was chosen last is shown on all pages.
'use strict';

(() => {
  const CHOSEN = 'sayso-language';

  function remembered() {
    try {
      return localStorage.getItem(CHOSEN);
    } catch {
      return null;
    }
  }

  function remember(name) {
    try {
      localStorage.setItem(CHOSEN, name);
    } catch {
      // Without storage, each page begins with the first language.
    }
  }

  const groups = [];

  function show(name) {
    for (const tabs of groups) {
      const chosen = tabs.find((tab) => tab.name === name) ?? tabs[0];
      for (const tab of tabs) {
        tab.button.setAttribute('aria-selected', String(tab === chosen));
        tab.button.tabIndex = tab === chosen ? 0 : -1;
        tab.panel.hidden = tab !== chosen;
      }
    }
  }

  function move(event, tabs, at) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    remember(next.name);
    show(next.name);
    next.button.focus();
    event.stopPropagation();
    event.preventDefault();
  }

  for (const group of document.querySelectorAll('.languages')) {
    const bar = document.createElement('div');
    bar.className = 'languages-tabs';
    bar.setAttribute('role', 'tablist');
    const tabs = [];
    let panel;
    for (const node of [...group.children]) {
      if (node.tagName === 'H3') {
        panel = document.createElement('div');
        panel.setAttribute('role', 'tabpanel');
        panel.id = `language-${groups.length}-${tabs.length}`;
        const button = document.createElement('button');
        button.type = 'button';
        button.setAttribute('role', 'tab');
        button.setAttribute('aria-controls', panel.id);
        button.textContent = node.textContent.trim();
        const tab = { name: button.textContent, button, panel };
        const at = tabs.push(tab) - 1;
        button.addEventListener('click', () => {
          remember(tab.name);
          show(tab.name);
        });
        button.addEventListener('keydown', (event) => move(event, tabs, at));
        bar.append(button);
        node.remove();
        group.append(panel);
      } else if (panel) {
        panel.append(node);
      }
    }
    if (!tabs.length) continue;
    group.prepend(bar);
    groups.push(tabs);
  }
  if (groups.length) show(remembered());
})();
