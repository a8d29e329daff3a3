"""What people are shown: the page of a run (`html`, `plots`), a run on the terminal (`terminal`), and what other pages
and commands share: `parts` of a page, `marks` in Markdown, `columns` of text, `words` for figures."""
