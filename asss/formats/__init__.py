"""
Formats: a notebook that has been run, as pages, papers and files, and their control.

::

       review │ word │ exporters       kildespor at every number; the page for Word;
                                       nbconvert's own way
  conversion   typesetting   readback   exports
                                       HTML, what cells gave out and how it is kept │
                                       PDF │ is it all there? │ other programs
           tagging │ manuscript        what a screen reader needs of the PDF; the page's
                                       tree without what paper has no use for
"""
