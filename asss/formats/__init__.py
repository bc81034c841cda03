"""
Formats: a notebook that has been run, as pages, papers and files, and their control.

::

       review │ word │ exporters       kildespor at every number; the page for Word;
  conversion   typesetting   readback   exports                     nbconvert's own way
        tagging │ manuscript │ executed
                                    HTML │ PDF │ is it all there? │ other programs;
                                    what a screen reader needs of the PDF; the page's
                                    tree without what paper has no use for; what cells
                                    gave out, how it is kept, and who trusts it
"""
