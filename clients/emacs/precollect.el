;;; precollect.el --- What stops pytest from collecting, while you type -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages, tools

;;; Commentary:

;; The language server of precollect for eglot, and its commands:
;;
;;   (require 'precollect)
;;   (add-hook 'python-mode-hook #'eglot-ensure)
;;
;; eglot runs one server for a buffer: this one takes the place of another.

;;; Code:

(require 'eglot)

(defgroup precollect nil
  "What stops pytest from collecting."
  :group 'tools)

(defcustom precollect-command '("precollect" "server" "--stdio")
  "How the server is started."
  :type '(repeat string))

(defcustom precollect-trusted nil
  "Whether the project's Python interpreter may be started.
Its code is run only by the commands that confirm findings."
  :type 'boolean)

(defcustom precollect-settings nil
  "Settings as a plist, such as (:python \".venv\" :ignore [\"import-time-metric\"])."
  :type 'plist)

(defun precollect--contact (&rest _)
  "What eglot starts, with the options of the start."
  (append precollect-command
          (list :initializationOptions
                (append (list :trusted (if precollect-trusted t :json-false)) precollect-settings))))

(add-to-list 'eglot-server-programs '((python-mode python-ts-mode) . precollect--contact))

(defun precollect--run (command &optional about)
  "Have the server of this buffer do COMMAND, about the object ABOUT if given.
Answers with its text."
  (jsonrpc-request (or (eglot-current-server) (user-error "No precollect server runs here"))
                   :workspace/executeCommand
                   (list :command (concat "precollect." command)
                         :arguments (if about (vector about) []))
                   :timeout 600))

(defun precollect--show (text)
  "Show TEXT in a window of its own."
  (with-current-buffer-window "*precollect*" nil nil
    (princ text)))

(defun precollect--this-file ()
  "This buffer's file as the argument of a command."
  (list :uri (concat "file://" (url-hexify-string (file-truename buffer-file-name) url-path-allowed-chars))))

;;;###autoload
(defun precollect-why ()
  "Tell why this file is not collected."
  (interactive)
  (precollect--show (precollect--run "why" (precollect--this-file))))

;;;###autoload
(defun precollect-plan ()
  "Tell the shortest list of fixes until everything is collected."
  (interactive)
  (precollect--show (precollect--run "plan")))

;;;###autoload
(defun precollect-environment ()
  "Tell what the findings hold for."
  (interactive)
  (precollect--show (precollect--run "showEnvironment")))

;;;###autoload
(defun precollect-check ()
  "Look at all files again."
  (interactive)
  (message "%s" (precollect--run "check")))

;;;###autoload
(defun precollect-confirm ()
  "Run pytest to confirm what was found; needs `precollect-trusted'."
  (interactive)
  (message "%s" (precollect--run "confirm")))

;;;###autoload
(defun precollect-report ()
  "Show the health of the suite in a browser."
  (interactive)
  (dolist (page (split-string (precollect--run "report") "\n" t))
    (browse-url page)))

(provide 'precollect)
;;; precollect.el ends here
