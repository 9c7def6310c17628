# The app, for one machine. docs/serving.md says how to run it.
FROM python:3.11.14-slim-bookworm

RUN useradd --create-home --uid 10001 app && mkdir /home/app/data && chown app /home/app/data
WORKDIR /srv/hashlight
COPY requirements-app.txt ./
# The processor's PyTorch alone: without this index, gigabytes for graphics cards come along.
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
        -r requirements-app.txt
COPY .streamlit .streamlit
COPY assets assets
COPY core core
COPY pages pages
COPY server server
COPY streamlit_app.py ./

USER app
ENV HASHLIGHT_HOME=/home/app/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    PYTHONDONTWRITEBYTECODE=1
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "streamlit_app.py"]
